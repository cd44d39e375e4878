// Saving, versions, conflicts, and whether the pipeline that runs has taken the fences over.
import { get, send } from "../api.js";
import { Dialog } from "../dialog.js";
import { html, useEffect, useState } from "../html.js";
import { tell } from "../notices.js";
import { t } from "../texts.js";
import { moment } from "../times.js";
import { changesBetween, mergedOnto } from "./draft.js";

const SOON_MS = 1500;
const LATER_MS = 10_000;

const path = (sheet, rest = "") => `api/fences/${encodeURIComponent(sheet.camera)}${rest}`;
const query = (sheet) => `?view=${encodeURIComponent(sheet.view)}`;

/** What the loader says of a draft, asked a little after it was changed last. */
export function useCheck(sheet, text) {
  const [checked, setChecked] = useState({ faults: [], remarks: [], rules_by_zone: {}, text: null });
  useEffect(() => {
    const stopper = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const found = await send("POST", path(sheet, "/check"), { text, view: sheet.view });
        if (!stopper.signal.aborted) setChecked({ ...found, text });
      } catch (error) {
        if (!stopper.signal.aborted) setChecked((one) => ({ ...one, faults: [{ feature: null, key: "", text: error.message, file: "" }], text }));
      }
    }, checked.text === null ? 0 : 500);
    return () => {
      stopper.abort();
      clearTimeout(timer);
    };
  }, [sheet, text]);
  return checked;
}

/** What the run has in force, asked now and again; more often until it has what the file says. */
export function useRun(sheet, sha256) {
  const [run, setRun] = useState(null);
  useEffect(() => {
    let timer = null;
    let isOver = false;
    const ask = async () => {
      let next = null;
      try {
        next = await get(path(sheet, "/run"));
      } catch {
        next = null;
      }
      if (isOver) return;
      setRun(next);
      timer = setTimeout(ask, next?.is_running && !next.in_force ? SOON_MS : LATER_MS);
    };
    ask();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [sheet.camera, sha256]);
  return run;
}

export function RunState({ run }) {
  if (!run) return null;
  if (!run.is_running) return html`<p class="run none" role="status">${t("fences.run.none")}</p>`;
  if (run.in_force) return html`<p class="run good" role="status">${t("fences.run.in_force", { time: moment(run.since) })}</p>`;
  if (run.refused_at) {
    return html`<div class="run bad" role="status"><p>${t("fences.run.refused", { time: moment(run.refused_at) })}</p>
      <ul>${run.faults.map((one, n) => html`<li key=${n}>${one}</li>`)}</ul></div>`;
  }
  return html`<p class="run waits" role="status">${t("fences.run.waits")}</p>`;
}

/** Saves; the answer, or {conflict}, or null where it was refused, which is told. */
export async function save(sheet, text, why) {
  try {
    return await send("PUT", path(sheet), { text, view: sheet.view, sha256: sheet.sha256, why });
  } catch (error) {
    if (error.status === 409 && error.body?.text) return { conflict: error.body };
    tell(error.message, "bad");
    return null;
  }
}

const listed = (ids) => ids.join(", ");

function Changes({ changes }) {
  const parts = [["added", "+"], ["removed", "−"], ["changed", "~"]].filter(([key]) => changes[key].length);
  return html`<span class="fence-changes">${parts.map(([key, sign]) => html`<span key=${key} class=${`fence-${key}`} aria-label=${t(`fences.${key}`)}>${sign} ${listed(changes[key])} </span>`)}</span>`;
}

/** Somebody else was quicker. */
export function Conflict({ conflict, base, mine, take, onclose }) {
  const theirs = JSON.parse(conflict.text);
  const own = changesBetween(base, mine);
  const { document, both } = mergedOnto(base, mine, theirs);
  return html`<${Dialog} title=${t("fences.conflict")} onclose=${onclose}>
    <p>${t("fences.conflict_text")}</p>
    <ul class="versions">${conflict.since.map((one) => html`<li key=${one.number}><strong>${one.by || t("fences.by_hand")}</strong> ${moment(one.at)} ${one.why} <${Changes} changes=${one} /></li>`)}
      ${!conflict.since.length && html`<li><strong>${t("fences.by_hand")}</strong> <${Changes} changes=${changesBetween(base, theirs)} /></li>`}</ul>
    <p>${t("fences.yours")} <${Changes} changes=${own} /></p>
    ${both.length > 0 && html`<p class="fault">${t("fences.both", { ids: listed(both) })}</p>`}
    <div class="row">
      <button type="button" class="main" onClick=${() => take(document, conflict, theirs)}>${t("fences.merge")}</button>
      <button type="button" onClick=${() => take(theirs, conflict, theirs)}>${t("fences.take_theirs")}</button>
      <button type="button" class="quiet" onClick=${onclose}>${t("fences.cancel")}</button>
    </div>
  <//>`;
}

export function Versions({ sheet, sha256, take }) {
  const [versions, setVersions] = useState([]);
  useEffect(() => {
    get(path(sheet, `/versions${query(sheet)}`)).then((found) => setVersions(found.versions), (error) => tell(error.message, "bad"));
  }, [sheet.camera, sheet.view, sha256]);
  const load = async (number) => {
    try {
      take(JSON.parse((await get(path(sheet, `/versions/${number}${query(sheet)}`))).text), number);
    } catch (error) {
      tell(error.message, "bad");
    }
  };
  if (!versions.length) return html`<p class="hint">${t("fences.no_versions")}</p>`;
  return html`<ol class="versions" reversed>${versions.map((one) => html`<li key=${one.number}>
    <div><strong>${one.by || t("fences.by_hand")}</strong> <time>${moment(one.at)}</time> ${one.sha256 === sha256 && html`<span class="badge good">${t("fences.current")}</span>`}</div>
    ${one.why && html`<div>${one.why}</div>`}
    <div><${Changes} changes=${one} /></div>
    ${one.sha256 !== sha256 && html`<button type="button" onClick=${() => load(one.number)}>${t("fences.load_version", { number: one.number })}</button>`}
  </li>`)}</ol>`;
}
