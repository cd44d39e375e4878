// What is silent for a while: the list, and the dialog that begins a silence.
import { serverNow } from "../alerts/store.js";
import { send } from "../api.js";
import { Dialog } from "../dialog.js";
import { html, useState } from "../html.js";
import { trying } from "../notices.js";
import { t } from "../texts.js";
import { duration, moment } from "../times.js";

const UNITS_S = { m: 60, h: 3600, d: 86400 };

/** A table of silences, each with a button that ends it. */
export function Silences({ silences, onchanged }) {
  if (!silences.length) return html`<p class="hint">${t("rules.nothing_silent")}</p>`;
  return html`<div class="scroll"><table class="silences">
    <thead><tr>${["what", "until", "reason", "by"].map((one) => html`<th key=${one} scope="col">${t(`rules.silence.${one}`)}</th>`)}<th></th></tr></thead>
    <tbody>${silences.map((one) => html`<${Row} key=${`${one.camera}/${one.rule}`} one=${one} onchanged=${onchanged} />`)}</tbody>
  </table></div>`;
}

function Row({ one, onchanged }) {
  const [busy, setBusy] = useState(false);
  const end = async () => {
    setBusy(true);
    await trying(() => send("POST", "api/silences/end", { camera: one.camera, rule: one.rule }), t("rules.speaks"));
    setBusy(false);
    onchanged();
  };
  const left = (new Date(one.until) - serverNow()) / 1000;
  return html`<tr>
    <td><strong>${one.rule ?? t("rules.every_rule")}</strong><br /><span class="faint">${one.camera_name}</span></td>
    <td class="number">${moment(one.until)}<br /><span class="faint">${t("rules.left", { time: duration(left) })}</span>
      ${!one.is_sent && html`<br /><span class="badge minor">${t("rules.on_its_way")}</span>`}</td>
    <td>${one.reason}<br /><span class="faint">${t(`rules.kind.${one.kind}`)}</span></td>
    <td>${one.by}<br /><span class="faint number">${moment(one.since)}</span></td>
    <td><button type="button" class="end-silence" disabled=${busy} onClick=${end}>${t("rules.end_now")}</button></td>
  </tr>`;
}

/** Begins a silence: of a rule (`rule`) on its cameras, or without one of whole cameras. */
export function SilenceDialog({ rule = null, cameras, onclose, onchanged }) {
  const [kind, setKind] = useState("mute");
  const [camera, setCamera] = useState(rule ? "" : (cameras[0]?.id ?? ""));
  const [number, setNumber] = useState("2");
  const [unit, setUnit] = useState("h");
  const [reason, setReason] = useState("");
  const length_s = Number(number) * UNITS_S[unit];
  const until = length_s > 0 && Number.isFinite(length_s) ? new Date(serverNow() + length_s * 1000) : null;
  const begin = async (event) => {
    event.preventDefault();
    const body = { kind, rule, cameras: camera ? [camera] : null, until: until.toISOString(), reason: reason.trim() };
    if (await trying(() => send("POST", "api/silences", body), t("rules.is_silent"))) {
      onchanged();
      onclose();
    }
  };
  return html`<${Dialog} title=${rule ? t("rules.silence_rule", { rule }) : t("rules.silence_camera")} onclose=${onclose}>
    <form class="column" onSubmit=${begin}>
      <fieldset class="row plain">
        <legend class="faint">${t("rules.why_kind")}</legend>
        ${["mute", "maintenance"].map((one) => html`<label class="inline" key=${one}>
          <input type="radio" name="kind" value=${one} checked=${kind === one} onChange=${() => setKind(one)} />${t(`rules.kind.${one}`)}
        </label>`)}
      </fieldset>
      <label>${t("rules.camera")}
        <select name="camera" value=${camera} onChange=${(event) => setCamera(event.target.value)}>
          ${rule && html`<option value="">${t("rules.all_its_cameras", { n: cameras.length })}</option>`}
          ${cameras.map((one) => html`<option key=${one.id} value=${one.id}>${one.name}</option>`)}
        </select>
      </label>
      <div class="row">
        <label class="grow">${t("rules.for_how_long")}
          <input name="length" inputmode="decimal" value=${number} onInput=${(event) => setNumber(event.target.value)} />
        </label>
        <label class="grow">${t("rules.unit")}
          <select name="unit" value=${unit} onChange=${(event) => setUnit(event.target.value)}>
            ${Object.keys(UNITS_S).map((one) => html`<option key=${one} value=${one}>${t(`rules.unit.${one}`)}</option>`)}
          </select>
        </label>
      </div>
      <p class=${until ? "hint" : "fault"} id="silence-until">${until ? t("rules.until", { time: moment(until, { long: true }) }) : t("rules.no_length")}</p>
      <label>${t("rules.silence.reason")}
        <input name="reason" required maxlength="500" value=${reason} onInput=${(event) => setReason(event.target.value)} />
      </label>
      <div class="row end">
        <button type="button" onClick=${onclose}>${t("shell.cancel")}</button>
        <button type="submit" class="main" disabled=${!until || !reason.trim()}>${t("rules.switch_off")}</button>
      </div>
    </form>
  <//>`;
}
