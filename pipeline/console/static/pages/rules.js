// The page about rules: what runs where, by which numbers, what is silent; numbers are changed, tried and saved.
import { useAnswer } from "../answers.js";
import { html, useState } from "../html.js";
import { useKeys } from "../keys.js";
import { may } from "../pages.js";
import { go, Link, setQuery } from "../router.js";
import { RuleDetail } from "../rules/detail.js";
import { SilenceDialog, Silences } from "../rules/silences.js";
import { Versions } from "../rules/versions.js";
import { language, t } from "../texts.js";

const REFRESH_MS = 15000;

/** user: {name, role}; route: {page, rest, query}. */
export default function Page({ user, route }) {
  const chosen = route.rest[0] ?? "";
  const camera = route.query.get("camera") ?? "";
  const text = route.query.get("text") ?? "";
  const { value, fault, again } = useAnswer(`api/rules?camera=${encodeURIComponent(camera)}`, REFRESH_MS);
  const query = route.query.toString();
  const to = (rule) => `rules/${encodeURIComponent(rule)}${query ? `?${query}` : ""}`;
  const shown = (value?.rules ?? []).filter((rule) => matches(rule, text));
  const step = (by) => {
    const place = shown.findIndex((rule) => rule.id === chosen);
    const next = shown[Math.min(Math.max(place + by, 0), shown.length - 1)];
    if (next) go(to(next.id));
  };
  useKeys({
    j: ["rules.key.next", () => step(1)],
    k: ["rules.key.before", () => step(-1)],
    "/": ["rules.key.search", () => document.getElementById("rule-search")?.focus()],
  });
  if (fault && !value) return html`<h1>${t("shell.rules")}</h1><p class="fault" role="alert">${fault}</p>`;
  if (!value) return html`<h1>${t("shell.rules")}</h1><p class="empty">${t("shell.loading")}</p>`;
  return html`
    <h1>${t("shell.rules")}</h1>
    ${value.faults.length > 0 && html`<div class="card fault" role="alert">
      <p>${t("rules.site_faulty")}</p><ul>${value.faults.map((one) => html`<li key=${one}>${one}</li>`)}</ul>
    </div>`}
    <div class="rules ${chosen ? "with-detail" : ""}">
      <section class="column" aria-label=${t("rules.list")}>
        <${Filters} answer=${value} camera=${camera} text=${text} />
        <${List} rules=${shown} chosen=${chosen} to=${to} />
        ${!chosen && html`<p class="hint">${t("rules.hint")}</p>`}
      </section>
      <section class="column" aria-label=${t("rules.detail")}>
        ${chosen
          ? html`<${RuleDetail} key=${chosen} rule=${chosen} user=${user} back=${`rules${query ? `?${query}` : ""}`} onchanged=${again} />`
          : html`<${Overview} answer=${value} user=${user} onchanged=${again} />`}
      </section>
    </div>
  `;
}

function matches(rule, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const all = `${rule.id} ${rule.algorithm} ${rule.title.zh} ${rule.title.en}`.toLowerCase();
  return words.every((word) => all.includes(word));
}

function Filters({ answer, camera, text }) {
  return html`<div class="row">
    <label class="grow">${t("rules.search")}
      <input id="rule-search" type="search" value=${text} onInput=${(event) => setQuery({ text: event.target.value })} />
    </label>
    <label class="grow">${t("rules.camera")}
      <select id="rule-camera" value=${camera} onChange=${(event) => setQuery({ camera: event.target.value })}>
        <option value="">${t("rules.all_cameras")}</option>
        ${answer.cameras.map((one) => html`<option key=${one.id} value=${one.id}>${one.name}</option>`)}
      </select>
    </label>
  </div>`;
}

function List({ rules, chosen, to }) {
  if (!rules.length) return html`<p class="empty">${t("rules.none")}</p>`;
  return html`<ul class="rule-list">
    ${rules.map((rule) => html`<li key=${rule.id}>
      <${Link} to=${to(rule.id)} class="card rule-line" aria-current=${rule.id === chosen ? "true" : null}>
        <span class="row between"><strong>${rule.title[language()]}</strong><${State} rule=${rule} /></span>
        <span class="row between faint">
          <span>${rule.id}</span>
          <span>${t("rules.on", { cameras: rule.cameras, zones: rule.zones })} · ${rule.dwell}</span>
        </span>
      <//>
    </li>`)}
  </ul>`;
}

function State({ rule }) {
  if (!rule.enabled) return html`<span class="badge bad">${t("rules.off")}</span>`;
  if (rule.silent) {
    const text = rule.silent < rule.cameras ? t("rules.partly_silent", { n: rule.silent, of: rule.cameras }) : t("rules.silent");
    return html`<span class="badge major">${text}</span>`;
  }
  return html`<span class="badge ${rule.severity}">${t(`rules.severity.${rule.severity}`)}</span>`;
}

function Overview({ answer, user, onchanged }) {
  const [open, setOpen] = useState(false);
  return html`
    <div class="card">
      <div class="row between">
        <h2>${t("rules.silent_now")}</h2>
        <button type="button" id="silence-camera" onClick=${() => setOpen(true)}>${t("rules.silence_camera")}</button>
      </div>
      <${Silences} silences=${answer.silences} onchanged=${onchanged} />
    </div>
    ${may(user, "engineer") && html`<${Versions} onchanged=${onchanged} />`}
    ${open && html`<${SilenceDialog} cameras=${answer.cameras} onclose=${() => setOpen(false)} onchanged=${onchanged} />`}
  `;
}
