// The page about fences: the cameras' fence files, and the editor of one.
import { get } from "../api.js";
import { Editor } from "../editor/editor.js";
import { html, useEffect, useState } from "../html.js";
import { Link, go } from "../router.js";
import { t } from "../texts.js";

const MOST_SHOWN = 300;

/** user: {name, role}; route: {page, rest, query}. */
export default function Page({ route }) {
  const [camera] = route.rest;
  return camera ? html`<${One} key=${`${camera}/${route.query.get("view") ?? ""}`} camera=${camera} view=${route.query.get("view") ?? ""} />` : html`<${Every} />`;
}

function useAnswer(path) {
  const [answer, setAnswer] = useState(null);
  const [fault, setFault] = useState("");
  useEffect(() => {
    const stopper = new AbortController();
    get(path, { signal: stopper.signal }).then(setAnswer, (error) => error.name !== "AbortError" && setFault(error.message));
    return () => stopper.abort();
  }, [path]);
  return [answer, fault, setAnswer];
}

function Every() {
  const [answer, fault] = useAnswer("api/fences");
  const [wanted, setWanted] = useState("");
  if (fault) return html`<h1>${t("shell.fences")}</h1><p class="fault" role="alert">${fault}</p>`;
  if (!answer) return html`<h1>${t("shell.fences")}</h1><p class="hint">${t("fences.loading")}</p>`;
  const needle = wanted.trim().toLowerCase();
  const found = answer.cameras.filter((one) => `${one.camera} ${one.camera_name}`.toLowerCase().includes(needle));
  return html`
    <div class="row"><h1>${t("shell.fences")}</h1>
      <input type="search" name="search" placeholder=${t("fences.search")} aria-label=${t("fences.search")} value=${wanted} onInput=${(event) => setWanted(event.target.value)} /></div>
    ${answer.faults.map((one) => html`<p key=${one} class="fault" role="alert">${one}</p>`)}
    <ul class="grid cameras-of-fences">${found.slice(0, MOST_SHOWN).map((one) => html`<li key=${one.camera} class="card">
      <h2>${one.camera_name}</h2>
      ${one.camera_name !== one.camera && html`<p class="hint">${one.camera}</p>`}
      ${one.sheets.map((sheet) => html`<p key=${sheet.view}><${Link} to=${address(one.camera, sheet.view)}>${sheet.view || t("fences.edit")}<//>
        <span class="hint"> ${t("fences.counts", { areas: sheet.areas, lines: sheet.lines, masks: sheet.masks })} · ${sheet.file}</span></p>`)}
      ${!one.sheets.length && html`<p class="hint">${t("fences.no_file")}</p>`}
    </li>`)}</ul>
    ${!found.length && html`<p class="empty">${t("fences.none_found")}</p>`}
    ${found.length > MOST_SHOWN && html`<p class="hint">${t("fences.more", { count: found.length - MOST_SHOWN })}</p>`}`;
}

const address = (camera, view) => `fences/${encodeURIComponent(camera)}${view ? `?view=${encodeURIComponent(view)}` : ""}`;

function One({ camera, view }) {
  const [sheet, fault, setSheet] = useAnswer(`api/fences/${encodeURIComponent(camera)}?view=${encodeURIComponent(view)}`);
  return html`
    <div class="row fence-head"><${Link} to="fences" class="button">← ${t("fences.all")}<//>
      <h1>${sheet?.camera_name ?? camera}</h1>
      ${sheet?.views.length > 0 && html`<select aria-label=${t("fences.view")} value=${view} onChange=${(event) => go(address(camera, event.target.value))}>
        ${sheet.views.map((one) => html`<option key=${one} value=${one}>${one}</option>`)}</select>`}
      ${sheet && html`<span class="hint">${sheet.file}</span>`}</div>
    ${fault && html`<p class="fault" role="alert">${fault}</p>`}
    ${!sheet && !fault && html`<p class="hint">${t("fences.loading")}</p>`}
    ${sheet && html`<${Editor} sheet=${sheet} onsaved=${setSheet} />`}`;
}
