// The page about statistics: a period's events by place, kind and hour, delays, false alarms, the cameras' uptime.
import { useAnswer } from "../answers.js";
import { FROM_LOGS_MS } from "../api.js";
import { address } from "../api.js";
import { Bars, Columns, Field, Numbers, Table } from "../chart.js";
import { html } from "../html.js";
import { setQuery } from "../router.js";
import { Missed } from "../statistics/missed.js";
import { Uptime } from "../statistics/uptime.js";
import { language, t } from "../texts.js";
import { duration } from "../times.js";

const GROUPS = ["grid", "category", "rule", "camera", "severity"];
const FILTERS = ["since", "until", ...GROUPS];
const MOST_BARS = 20;
const PRESETS_DAYS = [1, 7, 30, 90];

/** user: {name, role}; route: {page, rest, query}. */
export default function Page({ route }) {
  const asked = new URLSearchParams();
  for (const name of FILTERS) if (route.query.get(name)) asked.set(name, route.query.get(name));
  const { value, fault } = useAnswer(`api/statistics?${asked}`, 0, FROM_LOGS_MS);
  const csv = (table) => address(`api/statistics/${table}.csv?${asked}`);
  return html`
    <h1>${t("shell.statistics")}</h1>
    <${Filters} query=${route.query} answer=${value} />
    ${fault && html`<p class="fault" role="alert">${fault}</p>`}
    ${!value && !fault && html`<p class="empty">${t("shell.loading")}</p>`}
    ${value && html`
      <${Cards} answer=${value} />
      ${value.total.events === 0 ? html`<p class="empty">${t("statistics.nothing")}</p>` : html`<${Charts} answer=${value} csv=${csv} />`}
      <${Missed} />
      <${Uptime} asked=${asked} csv=${csv("uptime")} />`}
  `;
}

function Filters({ query, answer }) {
  const today = answer && new Intl.DateTimeFormat("sv-SE", { timeZone: answer.timezone }).format(new Date());
  const back = (days) => {
    const first = new Date(`${today}T00:00:00Z`);
    first.setUTCDate(first.getUTCDate() - days + 1);
    return first.toISOString().slice(0, 10);
  };
  const date = (name) => html`<label>${t(`statistics.${name}`)}
    <input type="date" name=${name} value=${query.get(name) ?? answer?.[name] ?? ""} onChange=${(event) => setQuery({ [name]: event.target.value })} />
  </label>`;
  return html`<form class="row card filters" onSubmit=${(event) => event.preventDefault()}>
    ${date("since")} ${date("until")}
    <div class="row presets" role="group" aria-label=${t("statistics.period")}>
      ${today && PRESETS_DAYS.map((days) => html`<button type="button" key=${days} onClick=${() => setQuery({ since: back(days), until: today })}
        aria-pressed=${query.get("since") === back(days) && query.get("until") === today ? "true" : "false"}>${t(`statistics.last.${days}`)}</button>`)}
    </div>
    ${GROUPS.map((group) => html`<label key=${group}>${t(`statistics.${group}`)}
      <select name=${group} value=${query.get(group) ?? ""} onChange=${(event) => setQuery({ [group]: event.target.value })}>
        <option value="">${t("statistics.all")}</option>
        ${options(answer, group, query.get(group)).map(([key, text]) => html`<option key=${key} value=${key}>${text}</option>`)}
      </select>
    </label>`)}
    ${FILTERS.some((name) => query.get(name)) && html`<button type="button" id="all-filters-off" onClick=${() => setQuery(Object.fromEntries(FILTERS.map((name) => [name, null])))}>${t("statistics.off")}</button>`}
  </form>`;
}

function options(answer, group, chosen) {
  const found = new Map((answer?.groups[group] ?? []).filter((one) => one.key).map((one) => [one.key, named(group, one)]));
  if (chosen && !found.has(chosen)) found.set(chosen, chosen);
  return [...found].sort((a, b) => a[1].localeCompare(b[1]));
}

/** What a group's key is called. */
function named(group, one) {
  if (!one.key) return t("statistics.without");
  if (group === "severity") return t(`statistics.severity.${one.key}`);
  const name = one.name[language()];
  return group === "rule" && name !== one.key ? `${name} · ${one.key}` : name;
}

function percent(share) {
  return share === null || share === undefined ? "–" : `${(100 * share).toFixed(share && share < 0.1 ? 1 : 0)} %`;
}

function Cards({ answer }) {
  const all = answer.delays.find((one) => !one.severity);
  const time = (delay) => (delay?.median_s === null || !delay ? "–" : duration(delay.median_s));
  const p90 = (delay) => (delay?.events ? t("statistics.p90_of", { time: duration(delay.p90_s), n: delay.events }) : "");
  const { total } = answer;
  const judged = total.false + total.true;
  const cards = [
    ["events", total.events, t("statistics.open_of", { n: total.open })],
    ["false_share", percent(total.false_share), judged ? t("statistics.judged", { false: total.false, n: judged }) : t("statistics.none_judged")],
    ["acknowledge", time(all?.acknowledge), p90(all?.acknowledge)],
    ["close", time(all?.close), p90(all?.close)],
  ];
  return html`<div class="figure-cards">${cards.map(([name, value, more]) => html`<div class="card figure" id=${`figure-${name}`} key=${name}>
    <span class="faint">${t(`statistics.card.${name}`)}</span><strong class="number">${value}</strong><span class="faint">${more}</span>
  </div>`)}</div>`;
}

function Charts({ answer, csv }) {
  const days = t("statistics.weekdays").split(" ");
  return html`<div class="charts">
    ${["category", "grid", "rule"].map((group) => html`<${Group} key=${group} group=${group} answer=${answer} csv=${csv(group)} />`)}
    <section class="card">
      <h2>${t("statistics.by_day")}</h2>
      <${Columns} label=${t("statistics.by_day")} rows=${answer.days.map((one) => ({ key: one.day, label: one.day.slice(5), value: one.events }))} />
      <${Numbers} headings=${[t("statistics.day"), t("statistics.events")]} rows=${answer.days.map((one) => [one.day, one.events])} csv=${csv("day")} />
    </section>
    <section class="card">
      <h2>${t("statistics.by_hour")}</h2>
      <${Field} label=${t("statistics.by_hour")} values=${answer.heat} rows=${days} />
      <${Numbers} headings=${[t("statistics.hour"), t("statistics.all_days"), ...days]}
        rows=${answer.hours.map((events, hour) => [`${hour}:00`, events, ...answer.heat.map((one) => one[hour])])} csv=${csv("hour")} />
    </section>
    <${Delays} answer=${answer} csv=${csv("delays")} />
    <${FalseAlarms} answer=${answer} csv=${csv("rule")} />
    ${["camera", "severity"].map((group) => html`<${Group} key=${group} group=${group} answer=${answer} csv=${csv(group)} />`)}
  </div>`;
}

function Group({ group, answer, csv }) {
  const counts = answer.groups[group];
  const shown = counts.slice(0, MOST_BARS);
  const rows = shown.map((one) => ({ key: one.key, label: named(group, one), value: one.events, part: one.false }));
  const title = t(`statistics.by_${group}`);
  const headings = ["key", "events", "true", "false", "open"].map((one) => t(`statistics.${one}`));
  return html`<section class="card" data-group=${group}>
    <h2>${title}</h2>
    <${Bars} label=${title} rows=${rows} onpick=${(key) => key && setQuery({ [group]: key })} />
    <p class="hint">${t("statistics.darker")}${counts.length > MOST_BARS ? ` ${t("statistics.first", { n: MOST_BARS, of: counts.length })}` : ""}</p>
    <${Numbers} headings=${headings} rows=${counts.map((one) => [named(group, one), one.events, one.true, one.false, one.open])} csv=${csv} />
  </section>`;
}

function Delays({ answer, csv }) {
  const time = (value) => (value === null ? "–" : duration(value));
  const headings = ["severity", "acknowledged", "median", "p90", "closed", "median", "p90"].map((one) => t(`statistics.${one}`));
  const rows = answer.delays.map((one) => [
    one.severity ? t(`statistics.severity.${one.severity}`) : t("statistics.all"),
    one.acknowledge.events, time(one.acknowledge.median_s), time(one.acknowledge.p90_s),
    one.close.events, time(one.close.median_s), time(one.close.p90_s),
  ]);
  return html`<section class="card">
    <h2>${t("statistics.delays")}</h2>
    <${Table} headings=${headings} rows=${rows} />
    <p class="hint">${t("statistics.delays_hint")}</p>
    <p><a class="button" download href=${csv}>${t("statistics.csv")}</a></p>
  </section>`;
}

function FalseAlarms({ answer, csv }) {
  const judged = answer.groups.rule.filter((one) => one.false_share !== null).sort((a, b) => b.false_share - a.false_share);
  const rows = judged.map((one) => ({ key: one.key, label: named("rule", one), value: one.false_share, part: 0, one }));
  const interval = (one) => `${percent(one.false_low)} – ${percent(one.false_high)}`;
  return html`<section class="card" data-group="false">
    <h2>${t("statistics.false_by_rule")}</h2>
    ${judged.length === 0 ? html`<p class="hint">${t("statistics.none_judged")}</p>` : html`
      <${Bars} label=${t("statistics.false_by_rule")} rows=${rows.slice(0, MOST_BARS)} shown=${(row) => percent(row.value)} onpick=${(key) => setQuery({ rule: key })} />
      <${Numbers} headings=${["rule", "share", "interval", "false", "true"].map((one) => t(`statistics.${one}`))}
        rows=${judged.map((one) => [named("rule", one), percent(one.false_share), interval(one), one.false, one.true])} csv=${csv} />`}
  </section>`;
}
