// The list of events: only the rows that can be seen are there, however many there are.
import { address } from "../api.js";
import { html, useEffect, useLayoutEffect, useRef, useState } from "../html.js";
import { language, t } from "../texts.js";
import { moment } from "../times.js";
import { Duration } from "./ticking.js";

const ROW_REM = 5.6;
const BEYOND = 6;

/** What people call an event's place. */
export function placeOf(event) {
  return [event.camera_name || event.camera, event.zone_name || event.zone].filter(Boolean).join(" / ") || event.grid;
}

function rowPx() {
  return Math.round(ROW_REM * parseFloat(getComputedStyle(document.documentElement).fontSize));
}

/** The rows; `cursor` is the id of the one that keys act on. `onpick(id)`: it was clicked on. */
export function List({ events, cursor, opened, onpick, foot }) {
  const box = useRef(null);
  const [row, setRow] = useState(rowPx);
  const [view, setView] = useState({ first: 0, count: 30 });
  const anchor = useRef(null);

  const look = () => {
    const element = box.current;
    if (!element) return;
    const first = Math.max(0, Math.floor(element.scrollTop / row) - BEYOND);
    const count = Math.ceil(element.clientHeight / row) + 2 * BEYOND;
    setView((old) => (old.first === first && old.count === count ? old : { first, count }));
    const top = Math.floor(element.scrollTop / row);
    anchor.current = element.scrollTop < row ? null : { id: latest.current[top]?.id, rest: element.scrollTop - top * row };
  };
  const latest = useRef(events);
  latest.current = events;

  useEffect(() => {
    const resized = () => setRow(rowPx());
    const observer = new ResizeObserver(() => {
      resized();
      look();
    });
    observer.observe(box.current);
    addEventListener("resize", resized);
    return () => {
      observer.disconnect();
      removeEventListener("resize", resized);
    };
  }, [row]);

  // What comes in above must not move what is being read.
  useLayoutEffect(() => {
    const kept = anchor.current;
    if (!kept?.id || !box.current) return;
    const index = events.findIndex((event) => event.id === kept.id);
    const top = index * row + kept.rest;
    if (index >= 0 && Math.abs(box.current.scrollTop - top) > 1) box.current.scrollTop = top;
  }, [events]);

  useEffect(() => {
    const index = latest.current.findIndex((event) => event.id === cursor);
    const element = box.current;
    if (index < 0 || !element) return;
    const top = index * row;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + row > element.scrollTop + element.clientHeight) element.scrollTop = top + row - element.clientHeight;
  }, [cursor]);

  const shown = events.slice(view.first, view.first + view.count);
  const above = anchor.current?.id ? Math.floor((box.current?.scrollTop ?? 0) / row) : 0;
  return html`<div class="list" ref=${box} onScroll=${look} role=${events.length ? "listbox" : "region"} aria-label=${t("alerts.list")} tabindex="0"
      aria-activedescendant=${cursor ? `event-${cursor}` : null}>
    <div class="rows" role="presentation" style=${{ height: `${events.length * row}px` }}>
      ${shown.map((event, index) => html`<${Row} key=${event.id} event=${event} top=${(view.first + index) * row} height=${row}
        isCursor=${event.id === cursor} isOpened=${event.id === opened} onpick=${onpick} />`)}
    </div>
    ${foot}
    ${above > 0 && html`<button type="button" class="to-top" onClick=${() => { box.current.scrollTop = 0; }}>↑ ${t("alerts.top")}</button>`}
  </div>`;
}

function Row({ event, top, height, isCursor, isOpened, onpick }) {
  const classes = ["event", event.severity, event.is_running ? "running" : "ended", isCursor && "cursor", isOpened && "opened"];
  return html`<article id="event-${event.id}" class=${classes.filter(Boolean).join(" ")} role="option" aria-selected=${isCursor}
      data-standing=${event.standing} style=${{ transform: `translateY(${top}px)`, height: `${height}px` }} onClick=${() => onpick(event.id)}>
    <div class="thumb">${event.snapshot
      ? html`<img src=${address(`${event.snapshot}?width=320`)} alt="" loading="lazy" decoding="async" />`
      : html`<span class="faint">${t("alerts.nopicture")}</span>`}</div>
    <div class="what">
      <h3>${event.title[language()]}${event.merged_count > 0 && html` <span class="badge" title=${t("alerts.speaks_for", { n: event.merged_count })}>+${event.merged_count}</span>`}</h3>
      <p class="where">${placeOf(event)}</p>
      <p class="faint small">${[event.camera, event.rule, event.grid].filter(Boolean).join(" · ")}</p>
    </div>
    <div class="who small"><p>${event.responsible_name}</p><p class="faint">${event.deadline_at ? `${t("alerts.fact.deadline")} ${moment(event.deadline_at)}` : ""}</p></div>
    <div class="how">
      <p><span class="badge ${event.severity}">${t(`alerts.severity.${event.severity}`)}</span></p>
      <p><${Standing} event=${event} /></p>
      <p class="faint small">${moment(event.raised_at)}</p>
    </div>
    <div class="since"><${Duration} event=${event} /><${Seen} event=${event} /></div>
  </article>`;
}

/** Where an event stands. */
export function Standing({ event }) {
  const isLate = event.was_late && ["held", "open", "acknowledged"].includes(event.standing);
  return html`<span class="badge standing ${event.standing}">${t(`alerts.standing.${event.standing}`)}${isLate ? ` · ${t("alerts.late")}` : ""}</span>`;
}

/** Whether it goes on, and whether the camera sees it. */
export function Seen({ event }) {
  const key = !event.is_running ? "ended" : event.visible ? "visible" : "unseen";
  return html`<span class="seen ${key}">${t(`alerts.${key}`)}</span>`;
}
