// What people said: events that were missed, and every judgement as a file.
import { useAnswer } from "../answers.js";
import { address, send } from "../api.js";
import { html } from "../html.js";
import { trying } from "../notices.js";
import { Link } from "../router.js";
import { t } from "../texts.js";
import { moment } from "../times.js";

/** The missed events, and the labels to download. */
export function Missed() {
  const { value, fault, again } = useAnswer("api/missed");
  const takeBack = async (number) => {
    await trying(() => send("DELETE", `api/missed/${number}`), t("statistics.missed.is_back"));
    again();
  };
  const missed = value?.missed ?? [];
  return html`<section class="card" id="missed-events" aria-label=${t("statistics.missed")}>
    <h2>${t("statistics.missed")}</h2>
    ${fault && html`<p class="fault" role="alert">${fault}</p>`}
    ${value && !missed.length && html`<p class="hint">${t("statistics.missed.none")}</p>`}
    ${missed.length > 0 && html`<div class="scroll"><table>
      <thead><tr>${["when", "where", "rule", "by"].map((one) => html`<th key=${one} scope="col">${t(`statistics.missed.${one}`)}</th>`)}<th></th></tr></thead>
      <tbody>${missed.map((one) => html`<tr key=${one.number}>
        <td class="number">${moment(one.started_at, { long: true })}${one.ended_at !== one.started_at && html`<br /><span class="faint">– ${moment(one.ended_at)}</span>`}</td>
        <td><${Link} to=${`cameras/${encodeURIComponent(one.camera)}`}>${one.camera_name || one.camera}<//>${one.zone && html`<br /><span class="faint">${one.zone}</span>`}</td>
        <td>${one.rule}${one.note && html`<br /><span class="faint">${one.note}</span>`}</td>
        <td>${one.by}</td>
        <td><button type="button" onClick=${() => takeBack(one.number)}>${t("statistics.missed.take_back")}</button></td>
      </tr>`)}</tbody>
    </table></div>`}
    <p><a class="button" download href=${address("api/statistics/labels.csv")}>${t("statistics.labels")}</a> <span class="hint">${t("statistics.labels.why")}</span></p>
  </section>`;
}
