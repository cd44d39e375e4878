// Versions of the site file: who changed it, when and why; an earlier one can hold again.
import { useAnswer } from "../answers.js";
import { send } from "../api.js";
import { Dialog } from "../dialog.js";
import { html, useState } from "../html.js";
import { trying } from "../notices.js";
import { t } from "../texts.js";
import { moment } from "../times.js";
import { Diff } from "./changes.js";

export function Versions({ onchanged }) {
  const { value, fault, again } = useAnswer("api/site-versions");
  const [open, setOpen] = useState(0);
  if (!value) return html`<p class=${fault ? "fault" : "empty"}>${fault || t("shell.loading")}</p>`;
  const restored = () => {
    again();
    onchanged();
    setOpen(0);
  };
  return html`<div class="card">
    <h2>${t("rules.versions")}</h2>
    ${value.versions.length === 0 ? html`<p class="hint">${t("rules.no_versions")}</p>` : html`<div class="scroll"><table>
      <thead><tr>${["number", "at", "by", "why"].map((one) => html`<th key=${one} scope="col">${t(`rules.version.${one}`)}</th>`)}<th></th></tr></thead>
      <tbody>${value.versions.map((one) => html`<tr key=${one.number}>
        <td class="number">${one.number}${one.sha256 === value.sha256 ? ` · ${t("rules.holds")}` : ""}</td>
        <td class="number">${moment(one.at, { long: true })}</td>
        <td>${one.by || t("rules.by_other_means")}</td><td>${one.why}</td>
        <td><button type="button" onClick=${() => setOpen(one.number)}>${t("rules.look")}</button></td>
      </tr>`)}</tbody>
    </table></div>`}
    ${open > 0 && html`<${Version} number=${open} sha256=${value.sha256} onclose=${() => setOpen(0)} onrestored=${restored} />`}
  </div>`;
}

function Version({ number, sha256, onclose, onrestored }) {
  const { value, fault } = useAnswer(`api/site-versions/${number}`);
  const [why, setWhy] = useState("");
  const restore = async () => {
    const done = await trying(() => send("POST", `api/site-versions/${number}/restore`, { sha256, why: why.trim() }), t("rules.restored"));
    if (done) onrestored();
  };
  return html`<${Dialog} wide title=${t("rules.version_of", { number })} onclose=${onclose}>
    ${!value ? html`<p class=${fault ? "fault" : "empty"}>${fault || t("shell.loading")}</p>` : html`
      <p class="hint">${value.diff.length ? t("rules.diff_hint") : t("rules.no_diff")}</p>
      <${Diff} lines=${value.diff} />
      <details><summary>${t("rules.whole")}</summary><pre class="diff">${value.text}</pre></details>
      ${value.diff.length > 0 && html`<div class="row">
        <label class="grow">${t("rules.why")}<input maxlength="500" value=${why} onInput=${(event) => setWhy(event.target.value)} /></label>
        <button type="button" class="main" onClick=${restore}>${t("rules.restore")}</button>
      </div>`}`}
  <//>`;
}
