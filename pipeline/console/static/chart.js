// Charts as SVG: bars, columns, and a field of hours. Each is one picture to a screen reader; the numbers stand in a table
// beside it (<${Numbers}>).
import { html, useEffect, useRef, useState } from "./html.js";
import { t } from "./texts.js";

/** The width of an element in px as it is now, and a rem: charts are drawn at the size at which they are shown. */
function useSize() {
  const ref = useRef(null);
  const [size, set] = useState({ width: 0, rem: 16 });
  useEffect(() => {
    const measure = () => {
      const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
      set({ width: ref.current?.clientWidth ?? 0, rem });
    };
    const watcher = new ResizeObserver(measure);
    watcher.observe(ref.current);
    measure();
    return () => watcher.disconnect();
  }, []);
  return [ref, size];
}

/** A text that is cut where it would be wider than so many em; Chinese is one em a letter, Latin about half. */
function fitted(text, most_em) {
  let em = 0;
  for (let n = 0; n < text.length; n += 1) {
    em += text.charCodeAt(n) > 0x2e7f ? 1 : 0.58;
    if (em > most_em) return `${text.slice(0, Math.max(n - 1, 1))}…`;
  }
  return text;
}

/** Bars, one a row: [{key, label, value, part}]; `part` of the value is shown darker. `shown(row)` is what stands behind. */
export function Bars({ rows, label, shown = (row) => String(row.value), onpick = null }) {
  const [ref, { width, rem }] = useSize();
  const most = Math.max(...rows.map((row) => row.value), 1);
  const left = Math.min(width * 0.4, 14 * rem);
  const right = 5 * rem;
  const step = 1.8 * rem;
  const scale = Math.max(width - left - right, 1) / most;
  return html`<div class="chart" ref=${ref}>${width > 0 && html`
    <svg width=${width} height=${rows.length * step} role="img" aria-label=${label}>
      ${rows.map((row, n) => html`<g key=${row.key} class=${onpick ? "pick" : ""} onClick=${onpick && (() => onpick(row.key))}>
        <title>${`${row.label}: ${shown(row)}`}</title>
        <rect class="chart-row" x="0" y=${n * step} width=${width} height=${step} />
        <text class="chart-label" x=${left - 0.5 * rem} y=${(n + 0.5) * step} text-anchor="end" dominant-baseline="central">${fitted(row.label, left / rem / 0.9 - 1)}</text>
        <rect class="chart-bar" x=${left} y=${n * step + 0.25 * rem} width=${Math.max(row.value * scale, row.value ? 2 : 0)} height=${step - 0.5 * rem} />
        ${row.part > 0 && html`<rect class="chart-part" x=${left} y=${n * step + 0.25 * rem} width=${row.part * scale} height=${step - 0.5 * rem} />`}
        <text class="chart-label" x=${left + row.value * scale + 0.4 * rem} y=${(n + 0.5) * step} dominant-baseline="central">${shown(row)}</text>
      </g>`)}
    </svg>`}</div>`;
}

/** Columns from left to right: [{key, label, value}]. */
export function Columns({ rows, label, height_rem = 11 }) {
  const [ref, { width, rem }] = useSize();
  const most = Math.max(...rows.map((row) => row.value), 1);
  const [left, bottom, top] = [3 * rem, 1.7 * rem, 0.8 * rem];
  const height = height_rem * rem;
  const step = Math.max(width - left, 1) / Math.max(rows.length, 1);
  const every = Math.max(1, Math.ceil((4.2 * rem) / step));
  const ticks = [...new Set([0, Math.round(most / 2), most])];
  const y = (value) => top + (height - top - bottom) * (1 - value / most);
  return html`<div class="chart" ref=${ref}>${width > 0 && html`
    <svg width=${width} height=${height} role="img" aria-label=${label}>
      ${ticks.map((tick) => html`<g key=${tick}>
        <line class="chart-line" x1=${left} x2=${width} y1=${y(tick)} y2=${y(tick)} />
        <text class="chart-label" x=${left - 0.5 * rem} y=${y(tick)} text-anchor="end" dominant-baseline="central">${tick}</text>
      </g>`)}
      ${rows.map((row, n) => html`<g key=${row.key}>
        <title>${`${row.label}: ${row.value}`}</title>
        <rect class="chart-row" x=${left + n * step} y=${top} width=${step} height=${height - top - bottom} />
        <rect class="chart-bar" x=${left + n * step + step * 0.1} y=${y(row.value)} width=${step * 0.8} height=${y(0) - y(row.value)} />
        ${n % every === 0 && html`<text class="chart-label" x=${left + (n + 0.5) * step} y=${height - 0.5 * rem} text-anchor="middle">${row.label}</text>`}
      </g>`)}
    </svg>`}</div>`;
}

/** A field of rows (labels) and columns (0, 1, 2 ...): the darker the more. */
export function Field({ values, rows, label }) {
  const [ref, { width, rem }] = useSize();
  const most = Math.max(...values.flat(), 1);
  const [left, top, step] = [3.2 * rem, 1.5 * rem, 1.6 * rem];
  const count = values[0]?.length ?? 0;
  const cell = Math.max(width - left, 1) / Math.max(count, 1);
  const every = Math.max(1, Math.ceil((1.8 * rem) / cell));
  return html`<div class="chart" ref=${ref}>${width > 0 && html`
    <svg width=${width} height=${top + rows.length * step} role="img" aria-label=${label}>
      ${Array.from({ length: count }, (_, n) => n % every === 0 && html`<text key=${n} class="chart-label" x=${left + (n + 0.5) * cell} y=${0.9 * rem} text-anchor="middle">${n}</text>`)}
      ${rows.map((name, row) => html`<g key=${name}>
        <text class="chart-label" x=${left - 0.5 * rem} y=${top + (row + 0.5) * step} text-anchor="end" dominant-baseline="central">${name}</text>
        ${values[row].map((value, n) => html`<g key=${n}>
          <title>${`${name} ${n}:00: ${value}`}</title>
          <rect class="chart-row" x=${left + n * cell} y=${top + row * step} width=${cell - 1} height=${step - 1} />
          <rect class="chart-bar" fill-opacity=${value ? 0.15 + (0.85 * value) / most : 0} x=${left + n * cell} y=${top + row * step} width=${cell - 1} height=${step - 1} />
        </g>`)}
      </g>`)}
    </svg>`}</div>`;
}

/** The numbers of a chart as a table: headings, and rows of cells; numbers are set to the right. */
export function Numbers({ headings, rows, csv }) {
  return html`<details class="numbers">
    <summary>${t("statistics.numbers")}</summary>
    <${Table} headings=${headings} rows=${rows} />
    ${csv && html`<p><a class="button" download href=${csv}>${t("statistics.csv")}</a></p>`}
  </details>`;
}

/** A table of figures; the first cell of a row is its heading. */
export function Table({ headings, rows }) {
  return html`<div class="scroll"><table class="figures">
    <thead><tr>${headings.map((one) => html`<th key=${one} scope="col">${one}</th>`)}</tr></thead>
    <tbody>${rows.map((cells, n) => html`<tr key=${n}>
      ${cells.map((cell, place) => (place === 0 ? html`<th key=${place} scope="row">${cell}</th>` : html`<td key=${place} class=${typeof cell === "number" || /^[-–\d]/.test(cell ?? "") ? "number" : ""}>${cell ?? "–"}</td>`))}
    </tr>`)}</tbody>
  </table></div>`;
}
