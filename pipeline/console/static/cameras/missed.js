// Something happened on a camera and nobody was told: said here, it is a label for tuning.
import { serverNow } from "../alerts/store.js";
import { send } from "../api.js";
import { Dialog } from "../dialog.js";
import { html, useState } from "../html.js";
import { trying } from "../notices.js";
import { t } from "../texts.js";
import { clock } from "../times.js";

const USUALLY_AGO_MS = 10 * 60_000;

/** Asks which rule should have told what, and when. */
export function MissedDialog({ camera, onclose }) {
  const [asked, set] = useState({
    rule: camera.rules[0] ?? "", zone: "", start: clock(new Date(serverNow() - USUALLY_AGO_MS)), end: "", note: "",
  });
  const [isBusy, setBusy] = useState(false);
  const field = (name) => ({ name, value: asked[name], onInput: (event) => set({ ...asked, [name]: event.target.value, ...(name === "rule" && { zone: "" }) }) });
  const isReady = asked.rule && asked.start && !isBusy;
  const submit = async (event) => {
    event.preventDefault();
    if (!isReady) return;
    setBusy(true);
    const isSaid = await trying(() => send("POST", "api/missed", { camera: camera.id, ...asked }), t("cameras.missed.said"));
    setBusy(false);
    if (isSaid) onclose();
  };
  return html`<${Dialog} title=${t("cameras.missed.title")} onclose=${onclose}>
    <form class="column" id="missed" onSubmit=${submit}>
      <p class="faint">${t("cameras.missed.why")}</p>
      <label>${t("cameras.missed.rule")}
        <select ...${field("rule")} required>${camera.rules.map((one) => html`<option key=${one} value=${one}>${one}</option>`)}</select></label>
      <label>${t("cameras.missed.zone")}
        <select ...${field("zone")}>
          <option value="">${t("cameras.missed.any_zone")}</option>
          ${camera.fences.filter((one) => camera.zones_by_rule[asked.rule]?.includes(one.id)).map((one) => html`<option key=${one.id} value=${one.id}>${one.name || one.id}</option>`)}
        </select></label>
      <div class="row">
        <label class="grow">${t("cameras.missed.start")}<input type="datetime-local" ...${field("start")} max=${clock(new Date())} required /></label>
        <label class="grow">${t("cameras.missed.end")}<input type="datetime-local" ...${field("end")} min=${asked.start} max=${clock(new Date())} /></label>
      </div>
      <label>${t("cameras.missed.note")}<input ...${field("note")} maxlength="500" /></label>
      <div class="row end">
        <button type="button" onClick=${onclose}>${t("shell.cancel")}</button>
        <button type="submit" class="main" disabled=${!isReady}>${t("cameras.missed.say")}</button>
      </div>
    </form>
  <//>`;
}
