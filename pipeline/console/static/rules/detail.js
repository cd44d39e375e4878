// One rule: where it looks, by which numbers, and what a change of them would do.
import { useAnswer } from "../answers.js";
import { html, useState } from "../html.js";
import { may } from "../pages.js";
import { Link } from "../router.js";
import { language, t } from "../texts.js";
import { Changes, useChanges } from "./changes.js";
import { Parameters } from "./parameters.js";
import { SilenceDialog, Silences } from "./silences.js";
import { Trial } from "./trial.js";

export function RuleDetail({ rule, user, back, onchanged }) {
  const path = `api/rules/${encodeURIComponent(rule)}`;
  const { value, fault, again } = useAnswer(path);
  const changes = useChanges(path, value);
  const [open, setOpen] = useState(false);
  const [trial, setTrial] = useState(null);
  const changed = () => {
    again();
    onchanged();
  };
  if (!value) return html`<p class=${fault ? "fault" : "empty"}>${fault || t("shell.loading")}</p>`;
  const mayEdit = may(user, "engineer");
  return html`
    <div class="card">
      <p class="only-narrow"><${Link} to=${back}>← ${t("shell.rules")}<//></p>
      <div class="row between">
        <h2>${value.title[language()]} <span class="faint">${value.id}</span></h2>
        <span class="badge ${value.enabled ? value.severity : "bad"}">${value.enabled ? t(`rules.severity.${value.severity}`) : t("rules.off")}</span>
      </div>
      <p>${fires(value)}</p>
      <p class="faint">${t("rules.written", { file: value.file, line: value.line })} · ${t("rules.algorithm")} ${value.algorithm}</p>
      <div class="row between">
        <h3>${t("rules.silent_now")}</h3>
        <button type="button" id="silence-rule" onClick=${() => setOpen(true)}>${t("rules.switch_off_for")}</button>
      </div>
      <${Silences} silences=${value.silences} onchanged=${changed} />
    </div>
    <div class="card">
      <h3>${t("rules.parameters")}</h3>
      <${Parameters} rule=${value} changes=${changes} mayEdit=${mayEdit} />
      ${mayEdit && html`<${Changes} rule=${value} path=${path} changes=${changes} ontrial=${setTrial} onsaved=${changed} />`}
    </div>
    ${trial && html`<${Trial} key=${trial.trial} begun=${trial} />`}
    <${Places} rule=${value} />
    ${open && html`<${SilenceDialog} rule=${value.id} cameras=${value.places.map((one) => ({ id: one.camera, name: one.camera_name }))}
      onclose=${() => setOpen(false)} onchanged=${changed} />`}
  `;
}

function fires(rule) {
  const key = `rules.fires.${rule.algorithm}`;
  const text = language() === "zh" && t(key) !== key ? t(key) : rule.fires_when;
  return t("rules.fires_when", { when: text });
}

function Places({ rule }) {
  return html`<details class="card">
    <summary><strong>${t("rules.places", { n: rule.places.length })}</strong></summary>
    <div class="scroll"><table>
      <thead><tr><th scope="col">${t("rules.camera")}</th><th scope="col">${t("rules.zones")}</th></tr></thead>
      <tbody>${rule.places.map((place) => html`<tr key=${place.camera}>
        <td><${Link} to=${`cameras/${encodeURIComponent(place.camera)}`}>${place.camera_name}<//></td>
        <td>${place.zones.map((zone) => zone.name + (zone.grid ? ` (${zone.grid})` : "")).join(", ") || t("rules.whole_camera")}</td>
      </tr>`)}</tbody>
    </table></div>
    <p class="hint">${t("rules.classes", { classes: rule.classes.join(", ") || "–" })}</p>
  </details>`;
}
