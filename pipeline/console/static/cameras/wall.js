// A wall of live pictures. Only cameras on screen are asked for, and none while the page is not seen.
import { html, useCallback, useEffect, useMemo, useRef, useState } from "../html.js";
import { useKeys } from "../keys.js";
import { useLive } from "../live.js";
import { Link, setQuery } from "../router.js";
import { Scene } from "../scene.js";
import { t } from "../texts.js";
import { duration } from "../times.js";
import { Pictures, usePicturesFault, useShown, useStill } from "./pictures.js";
import { ageOf, boxesOf, fencesNow, isStale, isUnwell, rank, StateBadge, useFences, usePolled } from "./words.js";

const EVERY_MS = 5000;
const SIZES = ["small", "medium", "large"];
const USUAL_SHAPE = [16, 9];

/** The cameras of the site, and what those on screen show. */
export function Wall({ route }) {
  const { value, fault } = usePolled("api/cameras", EVERY_MS);
  const pictures = useMemo(() => new Pictures("small"), []);
  useEffect(() => () => pictures.close(), []);
  useEffect(() => pictures.rest(value ? !value.is_run_up : false), [pictures, value?.is_run_up]);
  const [size, setSize] = useState(localStorage.getItem("wall.size") ?? "medium");
  const search = useRef(null);
  const only = route.query.get("only") === "unwell";
  const words = route.query.get("q") ?? "";
  const chosen = useMemo(() => arranged(value?.cameras ?? [], words, only), [value, words, only]);
  const choose = (one) => {
    localStorage.setItem("wall.size", one);
    setSize(one);
  };
  useKeys({
    "/": ["cameras.search", () => search.current.focus()],
    w: ["cameras.only_unwell", () => setQuery({ only: only ? "" : "unwell" })],
    1: ["cameras.small", () => choose("small")],
    2: ["cameras.medium", () => choose("medium")],
    3: ["cameras.large", () => choose("large")],
  });
  if (!value) return fault ? html`<p class="fault" role="alert">${fault}</p>` : html`<p class="empty">${t("shell.loading")}</p>`;
  const nUnwell = value.cameras.filter(isUnwell).length;
  return html`
    <div class="row wall-tools">
      <h1>${t("shell.cameras")}</h1>
      <input type="search" ref=${search} aria-label=${t("cameras.search")} placeholder=${t("cameras.search")} value=${words}
        onInput=${(event) => setQuery({ q: event.target.value })} />
      <button type="button" id="only-unwell" aria-pressed=${String(only)} onClick=${() => setQuery({ only: only ? "" : "unwell" })}>
        ${t("cameras.unwell", { n: nUnwell })}
      </button>
      <span class="row wall-sizes" role="group" aria-label=${t("cameras.size")}>
        ${SIZES.map((one) => html`<button type="button" key=${one} aria-pressed=${String(one === size)} onClick=${() => choose(one)}>${t(`cameras.${one}`)}</button>`)}
      </span>
      <span class="hint" id="wall-count" role="status">${t("cameras.count", { n: chosen.length, all: value.cameras.length })}</span>
    </div>
    <${RunNote} value=${value} fault=${fault} pictures=${pictures} />
    ${chosen.length ? html`<${Tiles} cameras=${chosen} pictures=${pictures} size=${size} />` : html`<p class="empty">${t("cameras.none")}</p>`}
  `;
}

function RunNote({ value, fault, pictures }) {
  const away = usePicturesFault(pictures);
  if (fault) return html`<p class="fault" role="alert">${t("cameras.old")} ${fault}</p>`;
  if (!value.is_run_up) return html`<p class="card wall-note" role="alert"><strong>${t("cameras.no_run")}</strong> ${t("cameras.no_run_why")}</p>`;
  if (value.is_overloaded) return html`<p class="card wall-note" role="status">${t("cameras.overloaded")}</p>`;
  return away ? html`<p class="card wall-note" role="alert">${away}</p>` : null;
}

function Tiles({ cameras, pictures, size }) {
  const [seen, setSeen] = useState(() => new Set());
  const observer = useObserver(setSeen);
  const onScreen = useMemo(() => cameras.map((one) => one.id).filter((id) => seen.has(id)), [cameras, seen]);
  useEffect(() => pictures.want(onScreen), [pictures, onScreen.join("\n")]);
  const { fences, titles } = useFences(onScreen);
  const away = usePicturesFault(pictures);
  const isLost = useLive() === "lost" || Boolean(away);
  return html`<div class="wall wall-${size}">
    ${cameras.map(
      (camera) => html`<${Tile} key=${camera.id} camera=${camera} observer=${observer} pictures=${pictures}
        isSeen=${seen.has(camera.id)} isLost=${isLost} fences=${fences[camera.id]} titles=${titles} />`,
    )}
  </div>`;
}

/** Tells which tiles are on screen; an element's `data-camera` names its camera. */
function useObserver(setSeen) {
  const observer = useMemo(
    () =>
      new IntersectionObserver((entries) => {
        setSeen((before) => {
          const next = new Set(before);
          for (const { target, isIntersecting } of entries) {
            if (isIntersecting) next.add(target.dataset.camera);
            else next.delete(target.dataset.camera);
          }
          return next;
        });
      }),
    [],
  );
  useEffect(() => () => observer.disconnect(), []);
  return observer;
}

function Tile({ camera, observer, pictures, isSeen, isLost, fences, titles }) {
  const place = useCallback((element) => {
    if (element) observer.observe(element);
  }, []);
  const name = camera.name || camera.id;
  return html`<div class="tile ${isUnwell(camera) ? "tile-unwell" : ""}" ref=${place} data-camera=${camera.id}>
    <${Link} to=${`cameras/${encodeURIComponent(camera.id)}`}>
      <div class="tile-picture">
        ${isSeen && html`<${Live} camera=${camera} pictures=${pictures} isLost=${isLost} fences=${fences} titles=${titles} name=${name} />`}
      </div>
      <div class="tile-words">
        <span class="tile-name" title=${camera.id}><strong>${name}</strong>${camera.name && camera.name !== camera.id ? html` <span class="faint">${camera.id}</span>` : null}</span>
        <${StateBadge} camera=${camera} />
      </div>
      <div class="tile-numbers number">
        ${camera.fault ? html`<span class="tile-fault" title=${camera.fault}>${camera.fault}</span>` : html`<${Numbers} camera=${camera} />`}
      </div>
    <//>
  </div>`;
}

function Numbers({ camera }) {
  if (camera.state !== "connected") return null;
  return html`
    <span title=${t("cameras.pictures_per_s")}>${camera.pictures_per_s ? `${camera.pictures_per_s.toFixed(1)} ${t("cameras.per_s")}` : "–"}</span>
    <span title=${t("cameras.looks_per_s")}>${t("cameras.looks_short", { n: camera.looks_per_s === null || camera.looks_per_s === undefined ? "–" : camera.looks_per_s.toFixed(1) })}</span>
    <span title=${t("cameras.lag")}>${camera.lag_s === null || camera.lag_s === undefined ? "" : t("cameras.lag_short", { n: camera.lag_s.toFixed(1) })}</span>
  `;
}

function Live({ camera, pictures, isLost, fences, titles, name }) {
  const shown = useShown(pictures, camera.id);
  const told = shown?.told;
  const hasPicture = Boolean(shown?.picture);
  const isOld = isLost || camera.state !== "connected" || isStale(told);
  const still = useStill(camera.id, !hasPicture && camera.state !== "connected");
  const size = still ? [still.naturalWidth, still.naturalHeight] : told?.width ? [told.width, told.height] : USUAL_SHAPE;
  const without = still ? "cameras.older" : camera.state === "connected" ? "cameras.waiting" : "cameras.no_picture";
  return html`
    <${Scene} picture=${shown?.picture ?? still} size=${size}
      fences=${hasPicture || still ? fencesNow(fences, told) : []} boxes=${isOld ? [] : boxesOf(told, titles)} dim=${isOld} label=${name} />
    ${!hasPicture && html`<span class="tile-note">${t(without)}</span>`}
    ${hasPicture && isOld && html`<span class="tile-note">${isLost ? t("cameras.lost") : t("cameras.age", { age: duration(ageOf(told)) })}</span>`}
  `;
}

/** Those that fit the words, what is not well first. */
function arranged(cameras, words, only) {
  const parts = words.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (one) => parts.every((part) => one.id.toLowerCase().includes(part) || one.name.toLowerCase().includes(part));
  return cameras
    .filter((one) => (!only || isUnwell(one)) && fits(one))
    .map((one, n) => [rank(one), n, one])
    .sort((a, b) => a[0] - b[0] || a[1] - b[1])
    .map(([, , one]) => one);
}
