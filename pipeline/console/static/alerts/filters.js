// The filters of the list: they stand in the page's address, and mean here what they mean to the server.
import { html, useRef } from "../html.js";
import { setQuery } from "../router.js";
import { language, t } from "../texts.js";

export const SEVERITIES = ["critical", "major", "minor", "info"];
export const STANDINGS = ["held", "open", "acknowledged", "disposed", "verified", "closed", "dismissed"];
const LISTS = ["severity", "camera", "rule", "state", "zone", "grid"];
const FIELD = { state: "standing" };
const SEARCHED = ["id", "camera", "camera_name", "zone", "zone_name", "grid", "rule"];
const OVER = new Set(["closed", "dismissed"]);

/** The filters that an address holds. */
export function filtersOf(query) {
  const found = Object.fromEntries(LISTS.map((name) => [name, (query.get(name) ?? "").split(",").filter(Boolean)]));
  return { ...found, text: query.get("text") ?? "", open: query.get("open") === "1", merged: query.get("merged") === "1" };
}

/** What the server is asked. */
export function asked(filters) {
  const query = new URLSearchParams();
  for (const name of LISTS) for (const value of filters[name]) query.append(name, value);
  if (filters.text) query.set("text", filters.text);
  if (filters.open) query.set("open", "1");
  return query.toString();
}

/** Tells of an event whether it matches. */
export function matcher(filters) {
  const lists = LISTS.filter((name) => filters[name].length).map((name) => [FIELD[name] ?? name, new Set(filters[name])]);
  const text = filters.text.toLowerCase();
  return (event) =>
    lists.every(([field, values]) => values.has(event[field])) &&
    (filters.merged || !event.merged_into) &&
    (!filters.open || !OVER.has(event.standing)) &&
    (!text || holds(event, text));
}

function holds(event, text) {
  return [event.title.zh, event.title.en, ...SEARCHED.map((field) => event[field])].some((one) => one.toLowerCase().includes(text));
}

/** Whether any filter is set. */
export function isFiltered(filters) {
  return LISTS.some((name) => filters[name].length) || filters.text !== "" || filters.open || filters.merged;
}

function Choose({ name, values, choices }) {
  const value = values.length === 1 ? values[0] : values.join(",");
  const known = choices.some(([id]) => id === value);
  return html`<select aria-label=${t(`alerts.filter.${name}`)} id="filter-${name}" value=${value}
    class=${value ? "set" : ""} onChange=${(event) => setQuery({ [name]: event.target.value })}>
    <option value="">${t(`alerts.filter.${name}`)}</option>
    ${value && !known && html`<option value=${value}>${value}</option>`}
    ${choices.map(([id, label]) => html`<option key=${id} value=${id}>${label}</option>`)}
  </select>`;
}

/** The row of filters. */
export function Filters({ filters, choices, field }) {
  const timer = useRef(null);
  const toggle = (one) => {
    const rest = filters.severity.filter((other) => other !== one);
    setQuery({ severity: (rest.length === filters.severity.length ? [...rest, one] : rest).join(",") });
  };
  const type = (event) => {
    const text = event.target.value;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setQuery({ text }), 150);
  };
  const clear = () => setQuery(Object.fromEntries([...LISTS, "text", "open", "merged"].map((name) => [name, null])));
  const named = (list) => list.map((one) => [one.id, one.name && one.name !== one.id ? `${one.name} (${one.id})` : one.id]);
  const flip = (name) => setQuery({ [name]: filters[name] ? null : "1" });
  return html`<div class="filters" role="search" aria-label=${t("alerts.filters")}>
    <input type="search" id="filter-text" ref=${field} value=${filters.text} placeholder=${t("alerts.filter.text")}
      aria-label=${t("alerts.filter.text")} onInput=${type} key=${language()} />
    <button type="button" id="filter-open" aria-pressed=${filters.open} onClick=${() => flip("open")}>${t("alerts.filter.open")}</button>
    ${SEVERITIES.map((one) => html`<button type="button" key=${one} class="chip ${one}" data-severity=${one}
      aria-pressed=${filters.severity.includes(one)} onClick=${() => toggle(one)}>${t(`alerts.severity.${one}`)}</button>`)}
    <${Choose} name="state" values=${filters.state} choices=${STANDINGS.map((one) => [one, t(`alerts.standing.${one}`)])} />
    <${Choose} name="camera" values=${filters.camera} choices=${named(choices.cameras)} />
    <${Choose} name="rule" values=${filters.rule} choices=${choices.rules.map((one) => [one.id, `${one[language()]} (${one.id})`])} />
    <${Choose} name="zone" values=${filters.zone} choices=${named(choices.zones)} />
    <${Choose} name="grid" values=${filters.grid} choices=${choices.grids.map((one) => [one, one])} />
    <button type="button" id="filter-merged" aria-pressed=${filters.merged} onClick=${() => flip("merged")}
      title=${t("alerts.filter.merged.why")}>${t("alerts.filter.merged")}</button>
    ${isFiltered(filters) && html`<button type="button" class="quiet" id="filter-clear" onClick=${clear}>✕ ${t("alerts.filter.clear")}</button>`}
  </div>`;
}
