// How a camera's last day was: when it saw nothing, and how often it was looked at, hour by hour.
import { FROM_LOGS_MS } from "../api.js";
import { html } from "../html.js";
import { t } from "../texts.js";
import { duration, moment } from "../times.js";
import { usePolled } from "./words.js";

const EVERY_MS = 60_000;
const HOUR_MS = 3_600_000;
const [WIDTH, HEIGHT, STRIP] = [960, 74, 18];

/** From the log. */
export function Day({ id }) {
  const { value, fault } = usePolled(`api/cameras/${encodeURIComponent(id)}/day`, EVERY_MS, FROM_LOGS_MS);
  if (!value) return html`<section class="card camera-view-day">${fault ? html`<p class="fault">${fault}</p>` : t("shell.loading")}</section>`;
  return html`<section class="card camera-view-day" aria-label=${t("cameras.day")}>
    <h2>${t("cameras.day")}</h2>
    ${value.until ? html`<${Chart} day=${value} /><${Spells} spells=${value.spells} />` : html`<p class="hint">${t("cameras.no_log")}</p>`}
  </section>`;
}

function Chart({ day }) {
  const begin = Date.parse(day.hours[0].start);
  const end = begin + day.hours.length * HOUR_MS;
  const x = (text) => (WIDTH * (Math.min(end, Math.max(begin, Date.parse(text))) - begin)) / (end - begin);
  const most = Math.max(1, ...day.hours.map((one) => one.looks));
  const wide = WIDTH / day.hours.length;
  const blind = day.spells.reduce((sum, one) => sum + (Date.parse(one.until) - Math.max(begin, Date.parse(one.since))) / 1000, 0);
  const known = day.hours.find((one) => one.looks || one.blind_s);
  return html`<div class="scroll">
    <svg class="camera-day" viewBox=${`0 0 ${WIDTH} ${HEIGHT + STRIP}`} role="img" aria-label=${t("cameras.day_blind", { time: duration(blind) })}>
      <rect class="day-known" x=${known ? x(known.start) : WIDTH} y="0" width=${known ? x(day.until) - x(known.start) : 0} height="14" />
      ${day.spells.map((one, n) => html`<rect key=${n} class=${`day-spell day-${one.cause}`} x=${x(one.since)} y="0" width=${Math.max(2, x(one.until) - x(one.since))} height="14">
        <title>${t(`cameras.fault.${one.cause}`)}: ${moment(one.since)} – ${moment(one.until)}</title>
      </rect>`)}
      ${day.hours.map((one, n) => html`<rect key=${one.start} class="day-looks" x=${n * wide + 2} width=${wide - 4} y=${HEIGHT - (50 * one.looks) / most} height=${(50 * one.looks) / most}>
        <title>${moment(one.start)}: ${t("cameras.hour", { looks: one.looks, rate: one.pictures_per_s.toFixed(1) })}</title>
      </rect>`)}
      ${day.hours.filter((_, n) => n % 4 === 0).map((one) => html`<text key=${one.start} x=${x(one.start) + 2} y=${HEIGHT + STRIP - 4}>${moment(one.start).slice(6, 11)}</text>`)}
    </svg>
    <p class="hint">${t("cameras.day_legend")} ${t("cameras.day_blind", { time: duration(blind) })}</p>
  </div>`;
}

function Spells({ spells }) {
  if (!spells.length) return null;
  return html`<div class="scroll"><table class="number">
    <thead><tr>${["cause", "from", "to", "length"].map((key) => html`<th key=${key} scope="col">${t(`cameras.${key}`)}</th>`)}</tr></thead>
    <tbody>${[...spells].reverse().slice(0, 100).map((one, n) => html`<tr key=${n}>
      <td>${t(`cameras.fault.${one.cause}`)}</td>
      <td>${moment(one.since)}</td>
      <td>${one.is_over ? moment(one.until) : t("cameras.goes_on")}</td>
      <td>${duration((Date.parse(one.until) - Date.parse(one.since)) / 1000)}</td>
    </tr>`)}</tbody>
  </table></div>`;
}
