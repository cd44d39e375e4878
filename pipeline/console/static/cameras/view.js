// One camera in full: its picture as it sends it, how it is, and how its last day was.
import { html, useEffect, useMemo, useRef, useState } from "../html.js";
import { useKeys } from "../keys.js";
import { useLive } from "../live.js";
import { may } from "../pages.js";
import { go, Link } from "../router.js";
import { Scene } from "../scene.js";
import { t } from "../texts.js";
import { duration, moment } from "../times.js";
import { Day } from "./day.js";
import { MissedDialog } from "./missed.js";
import { Pictures, usePicturesFault, useShown, useStill } from "./pictures.js";
import { ageOf, boxesOf, fencesNow, isStale, StateBadge, useFences, usePolled } from "./words.js";

const EVERY_MS = 2000;
const LIST_MS = 30_000;
const USUAL_SHAPE = [16, 9];

/** The camera of an id. */
export function CameraView({ id, user }) {
  const path = `api/cameras/${encodeURIComponent(id)}`;
  const { value, before, fault } = usePolled(path, EVERY_MS);
  const list = usePolled("api/cameras", LIST_MS).value;
  const [hidden, setHidden] = useState({ fences: false, boxes: false });
  const [isMissed, setMissed] = useState(false);
  const turn = (what) => setHidden((now) => ({ ...now, [what]: !now[what] }));
  const step = (by) => {
    const ids = list?.cameras.map((one) => one.id) ?? [];
    const next = ids[(ids.indexOf(id) + by + ids.length) % ids.length];
    if (next) go(`cameras/${encodeURIComponent(next)}`);
  };
  useKeys({
    Escape: ["cameras.back", () => go("cameras")],
    ArrowLeft: ["cameras.previous", () => step(-1)],
    ArrowRight: ["cameras.next", () => step(1)],
    x: ["cameras.fences", () => turn("fences")],
    b: ["cameras.boxes", () => turn("boxes")],
    m: ["cameras.missed", () => value?.rules.length && setMissed(true)],
  });
  if (!value) return html`<${Back} />${fault ? html`<p class="fault" role="alert">${fault}</p>` : html`<p class="empty">${t("shell.loading")}</p>`}`;
  return html`
    <div class="row camera-view-head">
      <${Back} />
      <h1>${value.name || value.id}</h1>
      ${value.told && html`<${StateBadge} camera=${short(value.told)} />`}
      <span class="row camera-view-tools">
        <button type="button" aria-pressed=${String(!hidden.fences)} onClick=${() => turn("fences")}>${t("cameras.fences")}</button>
        <button type="button" aria-pressed=${String(!hidden.boxes)} onClick=${() => turn("boxes")}>${t("cameras.boxes")}</button>
        ${value.rules.length > 0 && html`<button type="button" id="say-missed" title=${t("cameras.missed.why")} onClick=${() => setMissed(true)}>${t("cameras.missed")}</button>`}
        ${may(user, "engineer") && html`<${Link} class="button" to=${`fences/${encodeURIComponent(id)}`}>${t("cameras.edit_fences")}<//>`}
        <button type="button" aria-label=${t("cameras.previous")} title=${t("cameras.previous")} onClick=${() => step(-1)}>‹</button>
        <button type="button" aria-label=${t("cameras.next")} title=${t("cameras.next")} onClick=${() => step(1)}>›</button>
      </span>
    </div>
    ${fault && html`<p class="fault" role="alert">${t("cameras.old")} ${fault}</p>`}
    ${value.note && html`<p class="card wall-note" role="status">${value.note}</p>`}
    <div class="camera-view">
      <${Stage} camera=${value} hidden=${hidden} />
      <div class="column">
        ${value.told ? html`<${Health} told=${value.told} before=${before?.told} />` : null}
        <${Rules} camera=${value} />
      </div>
      <${Day} id=${id} />
    </div>
    ${isMissed && html`<${MissedDialog} camera=${value} onclose=${() => setMissed(false)} />`}
  `;
}

function Back() {
  return html`<${Link} class="button" to="cameras">‹ ${t("shell.cameras")}<//>`;
}

function Stage({ camera, hidden }) {
  const pictures = useMemo(() => new Pictures("full"), []);
  const stage = useRef(null);
  useEffect(() => {
    pictures.want([camera.id]);
    return () => pictures.close();
  }, [pictures]);
  useEffect(() => pictures.rest(!camera.told), [pictures, !camera.told]);
  const away = usePicturesFault(pictures);
  const shown = useShown(pictures, camera.id);
  const { titles } = useFences(useMemo(() => [camera.id], [camera.id]));
  const told = shown?.told;
  const isLost = useLive() === "lost" || Boolean(away);
  const isOld = !told || isLost || isStale(told);
  const still = useStill(camera.id, !shown?.picture && (Boolean(away) || !camera.told));
  const size = still ? [still.naturalWidth, still.naturalHeight] : told?.width ? [told.width, told.height] : USUAL_SHAPE;
  const without = still ? "cameras.older" : away || !camera.told ? "cameras.no_picture" : "cameras.waiting";
  const full = () => (document.fullscreenElement ? document.exitFullscreen() : stage.current.requestFullscreen());
  return html`<figure class="camera-stage" ref=${stage}>
    <div class="camera-stage-picture">
      <${Scene} picture=${shown?.picture ?? still} size=${size} dim=${isOld}
        fences=${hidden.fences ? [] : fencesNow(camera.fences, told)}
        boxes=${hidden.boxes || isOld ? [] : boxesOf(told, titles, { isLong: true })} label=${camera.name || camera.id} />
      ${!shown?.picture && html`<span class="tile-note">${t(without)}</span>`}
    </div>
    <figcaption class="row">
      <span class="number" id="taken-at">${told?.taken_at ? moment(told.taken_at, { long: true }) : ""}</span>
      ${isLost && html`<span class="badge critical" id="stage-lost" role="status">${t("cameras.lost")}</span>`}
      ${told && isStale(told) && html`<span class="badge major">${t("cameras.age", { age: duration(ageOf(told)) })}</span>`}
      <span class="hint">${told?.width ? `${told.width} × ${told.height}` : ""}</span>
      ${told?.view && html`<span class="hint">${t("cameras.preset", { view: told.view })}</span>`}
      <button type="button" class="quiet" onClick=${full}>${t("cameras.full_screen")}</button>
    </figcaption>
  </figure>`;
}

function Health({ told, before }) {
  const rows = [
    ["cameras.since", told.since ? moment(told.since) : "–"],
    ["cameras.pictures_per_s", told.pictures_per_s ? told.pictures_per_s.toFixed(1) : "–"],
    ["cameras.looks_per_s", looks(told)],
    ["cameras.lag", told.lag_s === null ? "–" : `${told.lag_s.toFixed(1)} s`],
    ["cameras.looked_at", told.looked_at ? moment(told.looked_at) : "–"],
    ["cameras.blind", told.blind ? `${t(`cameras.fault.${told.blind.cause}`)}, ${moment(told.blind.since)}` : t("cameras.no")],
    ["cameras.faults", told.faults.map((kind) => t(`cameras.fault.${kind}`)).join(", ") || t("cameras.nothing")],
    ["cameras.dropped", counted(told.dropped)],
    ["cameras.failed_looks", told.failed_looks],
    ["cameras.log_entries_lost", told.log_entries_lost],
  ];
  return html`<section class="card" aria-label=${t("cameras.health")}>
    <h2>${t("cameras.health")}</h2>
    ${told.fault && html`<p class="fault">${told.fault}</p>`}
    <table class="number"><tbody>
      ${rows.map(([key, words]) => html`<tr key=${key}><th scope="row">${t(key)}</th><td>${words}</td></tr>`)}
    </tbody></table>
    <h3>${t("cameras.streams")}</h3>
    <table class="number">
      <thead><tr><td></td>${told.streams.map((one) => html`<th key=${one.name} scope="col">${t(`cameras.stream.${one.name}`)}</th>`)}</tr></thead>
      <tbody>${STREAM_ROWS.map(([key, words]) => html`<tr key=${key}><th scope="row">${t(`cameras.${key}`)}</th>
        ${told.streams.map((one) => html`<td key=${one.name}>${words(one, before?.streams.find((other) => other.name === one.name))}</td>`)}</tr>`)}</tbody>
    </table>
  </section>`;
}

const STREAM_ROWS = [
  ["state_of", (stream) => t(stream.is_connected ? "cameras.state.connected" : stream.fault ? "cameras.state.unreachable" : "cameras.state.connecting")],
  ["bit_rate", (stream, before) => (before ? `${bitRate(stream.received_bytes - before.received_bytes)} Mbit/s` : "–")],
  ["packets", (stream) => stream.packets],
  ["reconnects", (stream) => stream.reconnects],
  ["damaged", (stream) => stream.damaged],
];

/** Megabits a second of what came between two polls. */
function bitRate(nBytes) {
  return ((Math.max(0, nBytes) * 8) / (EVERY_MS / 1000) / 1e6).toFixed(1);
}

function Rules({ camera }) {
  return html`<section class="card" aria-label=${t("cameras.rules")}>
    <h2>${t("cameras.rules")}</h2>
    <p>${camera.rules.join(", ") || t("cameras.nothing")}</p>
    <h3>${t("cameras.fences")}</h3>
    ${camera.fences.length
      ? html`<ul class="camera-fences">${camera.fences.map((one) => html`<li key=${one.id}><strong>${one.name || one.id}</strong> <span class="hint">${[one.category, one.grid, one.responsible].filter(Boolean).join(" · ")}</span></li>`)}</ul>`
      : html`<p class="hint">${t("cameras.nothing")}</p>`}
  </section>`;
}

function looks(told) {
  if (told.looks_per_s === null) return "–";
  const wanted = told.looks_wanted_per_s === null ? "" : ` / ${told.looks_wanted_per_s.toFixed(1)}`;
  return `${told.looks_per_s.toFixed(1)}${wanted}`;
}

function counted(numbers) {
  const parts = Object.entries(numbers).map(([name, n]) => `${name} ${n}`);
  return parts.join(", ") || "0";
}

/** As the list has it. */
function short(told) {
  return { ...told, blind: told.blind?.cause ?? "" };
}
