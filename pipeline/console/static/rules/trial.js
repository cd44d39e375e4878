// A trial on the logs: how far it is, then which events appear, disappear and move.
import { address, get } from "../api.js";
import { html, useEffect, useRef, useState } from "../html.js";
import { t } from "../texts.js";
import { duration, moment } from "../times.js";
import { moves } from "./moves.js";

const POLL_MS = 400;
const WIDTH = 160;
const HEIGHT = 90;

export function Trial({ begun }) {
  const [state, set] = useState(null);
  const [fault, setFault] = useState("");
  const place = useRef(null);
  useEffect(() => place.current.scrollIntoView({ block: "nearest" }), [state?.is_over]);
  useEffect(() => {
    let timer = 0;
    let is_over = false;
    const ask = async () => {
      try {
        const found = await get(`api/rules/trials/${begun.trial}`);
        if (is_over) return;
        set(found);
        if (!found.is_over) timer = setTimeout(ask, POLL_MS);
      } catch (error) {
        if (!is_over) setFault(error.message);
      }
    };
    ask();
    return () => {
      is_over = true;
      clearTimeout(timer);
    };
  }, [begun.trial]);
  const problem = fault || state?.fault;
  return html`<section class="card trial" ref=${place} aria-label=${t("rules.trial")} aria-busy=${!state?.is_over}>
    <h3>${t("rules.trial")}</h3>
    ${begun.without_log.length > 0 && html`<p class="hint">${t("rules.without_log", { cameras: some(begun.without_log) })}</p>`}
    ${problem ? html`<p class="fault" role="alert">${problem}</p>` : state?.is_over ? html`<${Found} state=${state} />` : html`<${Progress} state=${state} total=${begun.cameras} />`}
  </section>`;
}

function some(names) {
  return names.slice(0, 5).join(", ") + (names.length > 5 ? ` … (${names.length})` : "");
}

function Progress({ state, total }) {
  const done = state?.done ?? 0;
  return html`<p role="status">${t("rules.reading", { done, total })} <progress max=${Math.max(total, 1)} value=${done}></progress></p>`;
}

function Found({ state }) {
  const same = !state.appeared && !state.vanished && !state.moved;
  return html`
    <p role="status" class="row" id="trial-found">
      <span class="badge good">${t("rules.appeared", { n: state.appeared })}</span>
      <span class="badge bad">${t("rules.vanished", { n: state.vanished })}</span>
      <span class="badge info">${t("rules.moved", { n: state.moved })}</span>
      <span class="badge">${t("rules.same", { n: state.same })}</span>
      <span class="faint">${t("rules.before_after", { before: state.before, after: state.after, time: duration(state.watched_s) })}</span>
    </p>
    ${state.refused.map((one) => html`<p key=${one.key} class="fault">${t("rules.cannot_answer", { camera: one.key, text: one.text })}</p>`)}
    ${same ? html`<p class="hint">${t("rules.no_difference")}</p>` : html`<ul class="tried">
      ${state.changes.map((one, n) => html`<${Change} key=${n} one=${one} />`)}
    </ul>`}
    ${state.changes.length < state.appeared + state.vanished + state.moved && html`<p class="hint">${t("rules.first_only", { n: state.changes.length })}</p>`}
  `;
}

function Change({ one }) {
  const kind = !one.before ? "appears" : !one.after ? "vanishes" : "moves";
  const badge = { appears: "good", vanishes: "bad", moves: "info" }[kind];
  const event = one.after ?? one.before;
  return html`<li class="tried-event" data-kind=${kind}>
    <${Picture} one=${one} event=${event} />
    <div>
      <p><span class="badge ${badge}">${t(`rules.${kind}`)}</span> <strong>${one.camera_name}</strong> / ${one.zone_name}</p>
      <p class="number">${t("rules.started")} ${moment(event.started_at)} · ${t("rules.raised")} ${moment(event.raised_at)}${event.ended_at ? ` · ${t("rules.ended")} ${moment(event.ended_at)}` : ""}</p>
      ${kind === "moves" && html`<p class="number">${moves(one).join(" · ")}</p>`}
    </div>
  </li>`;
}

/** The picture where an earlier run left one; else where the fence and the objects lay. */
function Picture({ one, event }) {
  const [is_gone, setGone] = useState(false);
  if (one.snapshot && !is_gone)
    return html`<img loading="lazy" src=${address(one.snapshot)} alt=${t("rules.snapshot")} onError=${() => setGone(true)} />`;
  const points = one.points.map(([x, y]) => `${x * WIDTH},${y * HEIGHT}`).join(" ");
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label=${t("rules.sketch", { classes: event.classes.join(", ") })}>
    <rect class="sketch-ground" width=${WIDTH} height=${HEIGHT} />
    ${points && html`<polygon class="sketch-fence" points=${points} />`}
    ${event.boxes.map(([x1, y1, x2, y2], n) => html`<rect key=${n} class="sketch-box" x=${x1 * WIDTH} y=${y1 * HEIGHT} width=${(x2 - x1) * WIDTH} height=${(y2 - y1) * HEIGHT} />`)}
  </svg>`;
}
