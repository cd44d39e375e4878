// Changes of one rule that are not saved yet: held against the loader as they are typed, tried, saved.
import { send } from "../api.js";
import { html, useEffect, useRef, useState } from "../html.js";
import { tell, trying } from "../notices.js";
import { t } from "../texts.js";

const PAUSE_MS = 350;

/**
 * {values, faults, general, diff, is_right, set(parameter, value), clear(sent)}; a value of null: as if the rule said
 * nothing. `clear(sent)` forgets what was sent, and keeps what was changed since.
 */
export function useChanges(path, rule) {
  const [values, setValues] = useState({});
  const [checked, setChecked] = useState({ values: null, faults: [], diff: [] });
  const latest = useRef(values);
  latest.current = values;
  const is_any = Object.keys(values).length > 0;
  useEffect(() => {
    if (!is_any) return undefined;
    const timer = setTimeout(async () => {
      try {
        const found = await send("POST", `${path}/check`, { changes: values });
        if (latest.current === values) setChecked({ values, ...found });
      } catch (error) {
        if (latest.current === values) setChecked({ values, faults: [{ key: "", text: error.message }], diff: [] });
      }
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [values, path, rule?.sha256]);
  const set = (one, value) => {
    const next = { ...latest.current };
    const as_it_is = value === one.said.value || (value === null && one.said.origin !== "rule");
    if (as_it_is) delete next[one.key];
    else next[one.key] = value;
    setValues(next);
  };
  const faults = is_any ? checked.faults : [];
  const known = new Set((rule?.parameters ?? []).map((one) => one.key));
  return {
    values,
    is_any,
    faults: Object.fromEntries(faults.filter((one) => known.has(one.key)).map((one) => [one.key, one.text])),
    general: faults.filter((one) => !known.has(one.key)).map((one) => (one.key ? `${one.key}: ${one.text}` : one.text)),
    diff: is_any ? checked.diff : [],
    is_right: is_any && checked.values === values && !faults.length,
    set,
    clear: (sent = latest.current) =>
      setValues(Object.fromEntries(Object.entries(latest.current).filter(([key, value]) => !(key in sent) || sent[key] !== value))),
  };
}

/** The bar below the fields: try, save, discard. */
export function Changes({ rule, path, changes, ontrial, onsaved }) {
  const [hours, setHours] = useState("24");
  const [why, setWhy] = useState("");
  const [conflict, setConflict] = useState("");
  const [is_busy, setBusy] = useState(false);
  if (!changes.is_any) return html`<p class="hint">${t("rules.change_hint")}</p>`;
  const attempt = async () => {
    const begun = await trying(() => send("POST", `${path}/trials`, { changes: changes.values, hours: Number(hours) }));
    if (begun) ontrial(begun);
  };
  const save = async () => {
    const sent = changes.values;
    setConflict("");
    setBusy(true);
    try {
      const saved = await send("PUT", path, { changes: sent, sha256: rule.sha256, why: why.trim() });
      tell(told(saved), saved.taken_over === false ? "bad" : "good");
      changes.clear(sent);
      setWhy((now) => (now === why ? "" : now));
      onsaved();
    } catch (error) {
      if (error.status === 409) setConflict(error.message);
      else tell(error.message, "bad");
    } finally {
      setBusy(false);
    }
  };
  return html`<div class="changes">
    ${changes.general.map((one) => html`<p key=${one} class="fault" role="alert">${one}</p>`)}
    ${conflict && html`<p class="fault" role="alert">${conflict} <button type="button" id="load-again" onClick=${() => { setConflict(""); onsaved(); }}>${t("rules.load_again")}</button></p>`}
    <div class="row">
      <label class="inline">${t("rules.try_on")}
        <select id="trial-hours" value=${hours} onChange=${(event) => setHours(event.target.value)}>
          ${["6", "24", "72", "168"].map((one) => html`<option key=${one} value=${one}>${t(`rules.hours.${one}`)}</option>`)}
        </select>
      </label>
      <button type="button" id="try" disabled=${!changes.is_right} onClick=${attempt}>${t("rules.try")}</button>
      <label class="inline grow">${t("rules.why")}<input id="why" maxlength="500" value=${why} onInput=${(event) => setWhy(event.target.value)} /></label>
      <button type="button" class="main" id="save" disabled=${!changes.is_right || is_busy} onClick=${save}>${t("shell.save")}</button>
      <button type="button" id="discard" onClick=${() => changes.clear()}>${t("rules.discard")}</button>
    </div>
    ${changes.diff.length > 0 && html`<details><summary>${t("rules.in_the_file")}</summary><${Diff} lines=${changes.diff} /></details>`}
  </div>`;
}

/** Lines of a unified diff. */
export function Diff({ lines }) {
  const kind = (line) => (line.startsWith("+") ? "added" : line.startsWith("-") ? "removed" : line.startsWith("@") ? "place" : "");
  return html`<pre class="diff">${lines.map((line, n) => html`<span key=${n} class=${kind(line)}>${line}${"\n"}</span>`)}</pre>`;
}

function told(saved) {
  const state = saved.taken_over === null ? "no_run" : saved.taken_over ? "taken_over" : "not_taken";
  return [t("rules.saved", { version: saved.version }), t(`rules.${state}`), saved.told].filter(Boolean).join(" ");
}
