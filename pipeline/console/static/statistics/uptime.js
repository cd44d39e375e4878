// The cameras' uptime: logs are read for as long as somebody looks, and what was read is kept.
import { FROM_LOGS_MS, get } from "../api.js";
import { Bars, Numbers } from "../chart.js";
import { html, useEffect, useState } from "../html.js";
import { t } from "../texts.js";
import { duration } from "../times.js";

const MOST_BARS = 20;

/** asked: the filters of the page; csv: address of the table. */
export function Uptime({ asked, csv }) {
  const query = new URLSearchParams([...asked].filter(([name]) => ["since", "until", "camera"].includes(name))).toString();
  const [state, set] = useState({ query: "", value: null, fault: "" });
  useEffect(() => {
    const stop = new AbortController();
    const ask = async () => {
      try {
        const value = await get(`api/statistics/uptime?${query}`, { signal: stop.signal, within_ms: FROM_LOGS_MS });
        if (stop.signal.aborted) return;
        set({ query, value, fault: "" });
        if (!value.is_complete) await ask();
      } catch (error) {
        if (error.name !== "AbortError") set({ query, value: null, fault: error.message });
      }
    };
    ask();
    return () => stop.abort();
  }, [query]);
  const { value, fault } = state.query === query ? state : { value: null, fault: "" };
  return html`<section class="card" id="uptime" aria-busy=${!value?.is_complete && !fault}>
    <h2>${t("statistics.uptime")}</h2>
    ${fault && html`<p class="fault" role="alert">${fault}</p>`}
    ${!value && !fault && html`<p class="hint">${t("shell.loading")}</p>`}
    ${value && !value.is_complete && html`<p role="status">${t("statistics.reading", { done: value.done, total: value.total })} <progress max=${value.total} value=${value.done}></progress></p>`}
    ${value && html`<${Shown} cameras=${value.cameras} csv=${csv} />`}
  </section>`;
}

function Shown({ cameras, csv }) {
  if (!cameras.length) return html`<p class="hint">${t("statistics.no_logs")}</p>`;
  const known = cameras.filter((one) => one.share !== null).sort((a, b) => a.share - b.share);
  const rows = known.slice(0, MOST_BARS).map((one) => ({ key: one.id, label: one.name, value: one.share, part: 0 }));
  const causes = (one) => Object.entries(one.causes_s).map(([cause, s]) => `${t(`statistics.cause.${cause}`)} ${duration(s)}`).join(", ") || "–";
  return html`
    <${Bars} label=${t("statistics.uptime")} rows=${rows} shown=${(row) => share(row.value)} />
    <p class="hint">${t("statistics.uptime_hint")}${known.length > MOST_BARS ? ` ${t("statistics.lowest", { n: MOST_BARS, of: known.length })}` : ""}</p>
    <${Numbers} headings=${["camera", "share_up", "watched", "blind", "spells", "causes"].map((one) => t(`statistics.${one}`))} csv=${csv}
      rows=${cameras.map((one) => [one.name, share(one.share), duration(one.watched_s), duration(one.blind_s), one.spells, causes(one)])} />
  `;
}

/** "99.98 %": never rounded up to 100. */
function share(value) {
  return value === null ? "–" : `${(Math.floor(value * 10000) / 100).toFixed(2)} %`;
}
