// One event whole: what was seen, where, and what has been done about it.
import { address, get } from "../api.js";
import { html, useEffect, useState } from "../html.js";
import { may } from "../pages.js";
import { Link } from "../router.js";
import { language, t } from "../texts.js";
import { moment } from "../times.js";
import { placeOf, Seen, Standing } from "./list.js";
import { fateOf, known, noteOf } from "./notes.js";
import { takeOne } from "./store.js";
import { Duration } from "./ticking.js";
import { WordButtons } from "./words.js";

/** The event of that id, read anew whenever the list knows something newer (`seq`). */
export function Detail({ id, known, user, onword, onclose, boxes, onboxes }) {
  const [file, setFile] = useState(null);
  const [fault, setFault] = useState("");
  useEffect(() => {
    const stop = new AbortController();
    get(`api/events/${id}`, { signal: stop.signal }).then(
      (answer) => {
        setFile(answer);
        setFault("");
        takeOne(answer.event);
      },
      (error) => error.name !== "AbortError" && setFault(error.message),
    );
    return () => stop.abort();
  }, [id, known?.seq]);
  const event = known ?? file?.event;
  if (!event) return html`<section class="detail card"><${Head} onclose=${onclose} title="" />${fault ? html`<p class="fault">${fault}</p>` : html`<p>${t("shell.loading")}</p>`}</section>`;
  const whole = file?.event.id === id ? file : null;
  return html`<section class="detail card" aria-label=${event.title[language()]} data-event=${id}>
    <${Head} onclose=${onclose} title=${event.title[language()]} />
    <p class="row"><span class="badge ${event.severity}">${t(`alerts.severity.${event.severity}`)}</span><${Standing} event=${event} />
      <${Duration} event=${event} /><${Seen} event=${event} /></p>
    <${WordButtons} event=${event} onword=${onword} />
    ${fault && html`<p class="fault">${fault}</p>`}
    ${whole && html`<${Media} key=${id} file=${whole} boxes=${boxes} onboxes=${onboxes} />`}
    <${Facts} event=${event} file=${whole} user=${user} />
    ${whole && html`<${History} file=${whole} />`}
  </section>`;
}

function Head({ title, onclose }) {
  return html`<header class="row detail-head"><h2>${title}</h2>
    <button type="button" class="quiet" id="close-detail" aria-label=${t("shell.close")} title=${t("shell.close")} onClick=${onclose}>✕</button></header>`;
}

const KINDS = ["frame", "clip", "best", "snapshot"];

function Media({ file, boxes, onboxes }) {
  const { evidence } = file;
  const kinds = KINDS.filter((kind) => evidence?.[kind]);
  const [chosen, choose] = useState(null);
  const kind = kinds.includes(chosen) ? chosen : kinds[0];
  if (!kind) return html`<p class="empty">${t("alerts.noevidence")}</p>`;
  return html`<div class="media">
    <div class="row tabs" role="tablist">
      ${kinds.map((one) => html`<button type="button" key=${one} role="tab" data-kind=${one} aria-selected=${one === kind} aria-pressed=${one === kind}
        onClick=${() => choose(one)}>${t(`alerts.media.${one}`)}</button>`)}
      ${kind === "frame" && html`<button type="button" id="boxes" aria-pressed=${boxes} onClick=${() => onboxes(!boxes)}>${t("alerts.boxes")} <kbd>b</kbd></button>`}
    </div>
    ${kind === "clip"
      ? html`<video controls autoplay muted playsinline preload="metadata" src=${address(evidence.clip)}></video>`
      : html`<${Picture} src=${address(evidence[kind])} file=${kind === "frame" && boxes ? file : null} />`}
    ${file.attachments.length > 0 && html`<div class="row photos">${file.attachments.map((one) => one.path && html`<a key=${one.path} href=${address(one.path)} target="_blank" rel="noopener">
      <img src=${address(`${one.path}?width=320`)} alt=${t("alerts.photo", { by: one.by })} /></a>`)}</div>`}
  </div>`;
}

/** A picture, and over it the fence and the boxes of the event, as the message has them. */
function Picture({ src, file }) {
  const percent = (share) => `${100 * share}%`;
  return html`<div class="picture">
    <a href=${src} target="_blank" rel="noopener"><img src=${src} alt=${t("alerts.picture")} /></a>
    ${file && html`<svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
      ${file.fence && (file.fence.is_line
        ? html`<polyline class="fence" points=${file.fence.points.join(" ")} />`
        : html`<polygon class="fence" points=${file.fence.points.join(" ")} />`)}
      ${file.objects.map((one, index) => html`<rect key=${index} class="box" x=${one.box[0]} y=${one.box[1]} width=${one.box[2] - one.box[0]} height=${one.box[3] - one.box[1]} />`)}
    </svg>
    ${file.objects.map((one, index) => html`<span key=${index} class="box-label" style=${{ left: percent(one.box[0]), top: percent(one.box[1]) }}>${one.name} ${Math.round(100 * one.confidence)}%</span>`)}`}
  </div>`;
}

function Facts({ event, file, user }) {
  const rows = [
    ["place", placeOf(event)],
    ["camera", event.camera && html`<${Link} to="cameras/${event.camera}">${event.camera_name || event.camera}<//> <span class="faint">${event.camera}</span>`],
    ["grid", event.grid],
    ["location", event.location && html`<span class="number">${event.location[0].toFixed(6)}, ${event.location[1].toFixed(6)}</span>`],
    ["rule", event.rule && (may(user, "engineer") ? html`<${Link} to="rules/${event.rule}">${event.rule}<//>` : event.rule)],
    ["began", moment(event.started_at, { long: true })],
    ["raised", moment(event.raised_at, { long: true })],
    ["over", event.ended_at && html`${moment(event.ended_at, { long: true })} <span class="faint">${t(`alerts.why.${event.clear_reason}`)}</span>`],
    ["responsible", event.responsible_name],
    ["deadline", event.deadline_at && moment(event.deadline_at)],
    ["report", file?.report_text && `${file.report_text} (${file.reported_by})`],
    ["merged_into", event.merged_into && html`<${Link} to="alerts/${event.merged_into}">${event.merged_into.slice(0, 8)}<//>`],
    ["merged", file?.merged.length > 0 && file.merged.map((one) => html`<${Link} key=${one} to="alerts/${one}">${one.slice(0, 8)}<//> `)],
    ["id", html`<code class="faint">${event.id}</code>`],
  ];
  return html`<dl class="facts">${rows.filter(([, value]) => value).map(([name, value]) => html`<div key=${name}><dt>${t(`alerts.fact.${name}`)}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function History({ file }) {
  return html`<div class="history">
    <h3>${t("alerts.history")}</h3>
    <ol>${file.steps.map((step) => html`<li key=${step.seq}><time class="number faint">${moment(step.at)}</time>
      <strong>${known(`alerts.step.${step.what}`, step.what)}</strong> <span class="by">${known(`alerts.by.${step.by}`, step.by)}</span>
      ${step.note && html`<span class="faint"> ${noteOf(step)}</span>`}</li>`)}</ol>
    ${file.notices.length > 0 && html`<h3>${t("alerts.notices")}</h3>
    <ol>${file.notices.map((one, index) => html`<li key=${index}><time class="number faint">${moment(one.at)}</time> <strong>${one.contact}</strong> ${one.title} <span class="faint">${fateOf(one.fate)}</span></li>`)}</ol>`}
  </div>`;
}
