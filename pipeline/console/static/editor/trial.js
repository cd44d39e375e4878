// What a draft would have meant: objects of the last hour inside it, and events of the last day, from the camera's log.
import { FROM_LOGS_MS, get, send } from "../api.js";
import { html, useEffect, useMemo, useRef, useState } from "../html.js";
import { moves } from "../rules/moves.js";
import { language, t } from "../texts.js";
import { duration, moment } from "../times.js";
import { counted, placed } from "./points.js";

const IDLE_MS = 1200;
const POLL_MS = 300;

/** The points of the last hour, and where they are under the shapes. */
export function useObjects(camera, view, shapes) {
  const [points, setPoints] = useState(null);
  const [fault, setFault] = useState("");
  const load = () => get(`api/fences/${encodeURIComponent(camera)}/objects?view=${encodeURIComponent(view)}`, { within_ms: FROM_LOGS_MS })
    .then((found) => {
      setPoints(found);
      setFault("");
    }, (error) => setFault(error.message));
  useEffect(() => {
    load();
  }, [camera, view]);
  const found = useMemo(() => (points ? placed(points, shapes) : null), [points, shapes]);
  return { points, found, fault, load };
}

/** The events of the last day under a draft: begun a little after it was changed last; an older trial is given up. */
export function useTrial(camera, view, text, isWanted) {
  const [state, setState] = useState({ kind: "idle" });
  const wanted = useRef("");
  useEffect(() => {
    wanted.current = text;
    if (!isWanted) {
      setState({ kind: "idle" });
      return undefined;
    }
    setState({ kind: "waits" });
    const timer = setTimeout(() => run(text), IDLE_MS);
    return () => clearTimeout(timer);
  }, [text, isWanted, camera, view]);
  const run = async (mine) => {
    const path = `api/fences/${encodeURIComponent(camera)}/trials`;
    const isStale = () => wanted.current !== mine;
    try {
      const begun = await send("POST", path, { text: mine, view });
      if (begun.lack) {
        if (!isStale()) setState({ kind: begun.lack });
        return;
      }
      for (;;) {
        const found = await get(`${path}/${begun.trial}`);
        if (isStale()) return;
        if (found.is_over) {
          setState(found.fault ? { kind: "fault", text: found.fault } : { kind: "done", found });
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    } catch (error) {
      if (!isStale()) setState({ kind: "fault", text: error.message });
    }
  };
  useEffect(() => () => {
    wanted.current = null;
  }, []);
  return state;
}

export function ObjectsPanel({ objects, editing, isShown, setShown }) {
  const { points, found, fault } = objects;
  if (fault) return html`<p class="fault">${fault}</p>`;
  if (!points || !found) return html`<p class="hint">${t("fences.loading")}</p>`;
  if (!points.until) return html`<p class="hint">${t("fences.no_log")}</p>`;
  const areas = editing.shape ? [editing.shape].filter((one) => !one.isLine && !one.isMask) : editing.shapes.filter((one) => !one.isLine && !one.isMask);
  return html`<div class="objects">
    <label class="inline"><input type="checkbox" name="dots" checked=${isShown} onChange=${(event) => setShown(event.target.checked)} />${t("fences.show_objects")}</label>
    <p class="hint">${t("fences.until", { time: moment(points.until) })} <button type="button" class="link" onClick=${objects.load}>${t("fences.again")}</button></p>
    <table class="counts"><tbody>
      ${areas.map((area) => {
        const classes = counted(points, found, area.index);
        return html`<tr key=${area.index}><th scope="row">${area.name || area.id}</th><td>
          ${classes.length ? classes.map((one) => html`<div key=${one.id}>${t("fences.inside", { count: one.count, name: one[language()], time: duration(one.longest_s) })}</div>`) : t("fences.nobody")}</td></tr>`;
      })}
    </tbody></table>
  </div>`;
}

export function TrialPanel({ trial, isOn, setOn, chosen, choose }) {
  return html`<div class="trial" aria-live="polite">
    <label class="inline"><input type="checkbox" name="trial" checked=${isOn} onChange=${(event) => setOn(event.target.checked)} />${t("fences.try_label")}</label>
    <${Outcome} trial=${trial} chosen=${chosen} choose=${choose} />
  </div>`;
}

function Outcome({ trial, chosen, choose }) {
  if (trial.kind === "fault") return html`<p class="fault">${trial.text}</p>`;
  if (trial.kind !== "done") return html`<p class="hint ${trial.kind}">${t(`fences.trial.${trial.kind}`)}</p>`;
  const { found } = trial;
  const rows = [
    ...found.appeared.map((event) => ({ kind: "appeared", event, how: [] })),
    ...found.vanished.map((event) => ({ kind: "vanished", event, how: [] })),
    ...found.moved.map((one) => ({ kind: "moved", event: one.after, how: moves(one) })),
  ];
  return html`
    ${found.refused && html`<p class="fault">${found.refused}</p>`}
    <p class="sums"><span class="badge critical">${t("fences.appeared", { count: found.appeared.length })}</span>
      <span class="badge good">${t("fences.vanished", { count: found.vanished.length })}</span>
      <span class="badge minor">${t("fences.moved", { count: found.moved.length })}</span>
      <span class="badge">${t("fences.same", { count: found.same })}</span></p>
    <p class="hint">${t("fences.watched", { time: duration(found.watched_s) })}</p>
    <ul class="fence-events">${rows.map(({ kind, event, how }) => html`<li key=${kind + event.id}>
      <button type="button" class="fence-event ${kind}" aria-pressed=${chosen === event} onClick=${() => choose(chosen === event ? null : event)}>
        <span class="sign" aria-label=${t(`fences.sign.${kind}`)}>${{ appeared: "+", vanished: "−", moved: "~" }[kind]}</span>
        <span class="fence-what"><strong>${event[language()]}</strong> ${event.zone}
          <small>${moment(event.started_at)}${event.ended_at ? ` · ${duration((new Date(event.ended_at) - new Date(event.started_at)) / 1000)}` : ""}${how.length ? ` · ${how.join(", ")}` : ""}</small></span>
      </button></li>`)}</ul>`;
}
