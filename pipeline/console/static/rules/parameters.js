// The numbers and words of a rule: what each means, who says it, and a field to change it.
import { html, useState } from "../html.js";
import { language, t } from "../texts.js";

const NUMERIC = new Set(["number", "share", "area"]);

/** What is written for what was typed: numbers as such, all else as it is. */
export function asWritten(kind, text) {
  if (kind === "flag") return text === "true";
  const trimmed = text.trim();
  return NUMERIC.has(kind) && trimmed !== "" && Number.isFinite(Number(trimmed)) ? Number(trimmed) : trimmed;
}

export function Parameters({ rule, changes, mayEdit }) {
  return html`<div class="parameters">
    ${rule.parameters.map((one) => html`<${Row} key=${one.key} one=${one} changes=${changes} mayEdit=${mayEdit} />`)}
  </div>`;
}

function Row({ one, changes, mayEdit }) {
  const is_changed = one.key in changes.values;
  const wanted = changes.values[one.key];
  const value = !is_changed ? one.said.value : wanted === null ? one.otherwise.value : wanted;
  const fault = changes.faults[one.key];
  const id = `p-${one.key}`;
  return html`<div class="parameter ${is_changed ? "changed" : ""}">
    <div class="meaning">
      <label for=${mayEdit ? id : null}><strong>${name(one)}</strong></label>
      <span class="faint" id=${`${id}-text`}>${meaning(one)}</span>
    </div>
    <div class="value">
      ${mayEdit ? html`<${Field} id=${id} one=${one} value=${value} fault=${fault} onchange=${(next) => changes.set(one, next)} />` : html`<span class="number">${shown(value)}</span>`}
      ${mayEdit && (is_changed
        ? html`<button type="button" class="quiet" aria-label=${`${t("rules.undo")}: ${name(one)}`} title=${t("rules.undo")} onClick=${() => changes.set(one, one.said.value)}>↶</button>`
        : one.said.origin === "rule"
          ? html`<button type="button" class="quiet" aria-label=${`${t("rules.reset")}: ${name(one)}`} title=${t("rules.reset", {})} onClick=${() => changes.set(one, null)}>✕</button>`
          : html`<span class="no-button"></span>`)}
    </div>
    <div class="origin faint">
      ${is_changed && wanted === null ? source(one.otherwise) : is_changed ? t("rules.not_saved", { value: shown(one.said.value) }) : source(one.said)}
      ${bounds(one)}
    </div>
    ${fault && html`<p class="fault" id=${`${id}-fault`} role="alert">${fault}</p>`}
  </div>`;
}

function Field({ id, one, value, fault, onchange }) {
  const described = fault ? `${id}-text ${id}-fault` : `${id}-text`;
  const common = { id, name: one.key, "aria-describedby": described, "aria-invalid": fault ? "true" : null };
  if (one.choices.length) {
    const change = (event) => onchange(asWritten(one.kind, event.target.value));
    return html`<select ...${common} value=${String(value)} onChange=${change}>
      ${one.choices.map((choice) => html`<option key=${choice} value=${choice}>${shown(one.kind === "flag" ? choice === "true" : choice)}</option>`)}
    </select>`;
  }
  return html`<${Typed} common=${common} one=${one} value=${value} onchange=${onchange} />`;
}

/** What is typed stays as it is typed for as long as it means the value: "1." is on its way to "1.5". */
function Typed({ common, one, value, onchange }) {
  const [typed, setTyped] = useState(null);
  const input = (event) => {
    setTyped(event.target.value);
    onchange(asWritten(one.kind, event.target.value));
  };
  const shown_text = typed !== null && asWritten(one.kind, typed) === value ? typed : String(value);
  return html`<input ...${common} value=${shown_text} autocomplete="off" spellcheck=${false}
    inputmode=${one.kind === "number" || one.kind === "share" ? "decimal" : "text"}
    onInput=${input} onBlur=${() => setTyped(null)} />`;
}

function name(one) {
  const [head, tail] = split(one.key);
  if (head === "params") return tail;
  return head === "dwell_by_class" ? `dwell · ${tail}` : head;
}

function split(key) {
  const at = key.indexOf(".");
  return at < 0 ? [key, ""] : [key.slice(0, at), key.slice(at + 1)];
}

function meaning(one) {
  const [head, tail] = split(one.key);
  const key = head === "params" ? `rules.param.${tail}` : `rules.meaning.${head}`;
  const text = t(key);
  return text !== key && (language() === "zh" || head !== "params") ? text : one.text;
}

/** A value as people read it. */
export function shown(value) {
  if (value === true) return t("rules.yes");
  if (value === false) return t("rules.no");
  const key = `rules.word.${value}`;
  return t(key) === key ? String(value) : t(key);
}

function source(said) {
  const where = said.line ? `${said.file}:${said.line}` : "";
  return [t(`rules.origin.${said.origin}`), where].filter(Boolean).join(" · ");
}

function bounds(one) {
  if (one.low === null || one.high === null) return "";
  return ` · ${t("rules.allowed", { low: one.low, high: one.high })}`;
}
