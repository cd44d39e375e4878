// How a camera is, in a word, and what is drawn on its picture.
import { get } from "../api.js";
import { html, useEffect, useRef, useState } from "../html.js";
import { language, t } from "../texts.js";
import { duration } from "../times.js";

const STALE_S = 8;
const MOST = 48;
const FENCES_KEPT_MS = 60_000;
const FENCES_LOOK_MS = 5_000; // for what is due
const TONES = { unreachable: "critical", connecting: "minor", connected: "good", not_watched: "minor" };
const RANKS = { unreachable: 0, not_watched: 3, connecting: 4, connected: 5 };

/** How urgent a camera is: the smallest comes first. */
export function rank(camera) {
  if (camera.state === "unreachable") return RANKS.unreachable;
  if (camera.blind) return 1;
  if (camera.faults?.length) return 2;
  return RANKS[camera.state] ?? 6;
}

/** Whether somebody should look after it. */
export function isUnwell(camera) {
  return rank(camera) < 4;
}

/** Its state in a few words. */
export function stateWords(camera) {
  if (camera.blind && camera.state !== "unreachable") return t(`cameras.fault.${camera.blind}`);
  if (camera.faults?.length && camera.state === "connected") return camera.faults.map((kind) => t(`cameras.fault.${kind}`)).join(", ");
  return t(`cameras.state.${camera.state}`);
}

export function StateBadge({ camera }) {
  const tone = camera.blind ? "critical" : camera.faults?.length && camera.state === "connected" ? "major" : (TONES[camera.state] ?? "info");
  return html`<span class="badge ${tone}">${stateWords(camera)}</span>`;
}

/** Seconds from the picture to now in the camera's own time; 0 where that is not known. */
export function ageOf(told) {
  if (!told?.taken_at || !told.media_now) return 0;
  return (Date.parse(told.media_now) - Date.parse(told.taken_at)) / 1000;
}

/** Whether a picture is too old to be taken for what is there now. */
export function isStale(told) {
  return ageOf(told) > STALE_S;
}

/** The boxes of the newest look, for a Scene; none where the look is another moment's than the picture. */
export function boxesOf(told, titles, { isLong = false } = {}) {
  if (!told?.looked_at || !told.taken_at) return [];
  if (Math.abs(Date.parse(told.taken_at) - Date.parse(told.looked_at)) > STALE_S * 1000) return [];
  return told.objects.map((one) => ({
    key: `${one.track}`,
    xyxy: one.xyxy,
    text: wordsOf(one, titles, isLong),
    tone: one.is_raised ? "raised" : one.dwell_s === null ? "plain" : "waits",
  }));
}

function wordsOf(one, titles, isLong) {
  const name = titles[one.class_name]?.[language()] ?? one.class_name;
  const parts = isLong ? [name, `${Math.round(100 * one.score)}%`, `#${one.track}`] : [name];
  if (one.dwell_s !== null) parts.push(duration(one.dwell_s));
  return parts.join(" ");
}

/** The fences that hold in what a camera shows. */
export function fencesNow(fences, told) {
  return (fences ?? []).filter((one) => !one.view || one.view === told?.view);
}

/** Fences by camera and names of classes, for those cameras; asked for again once a minute, and soon where it failed. */
export function useFences(cameras) {
  const [known, set] = useState({ fences: {}, titles: {} });
  const readAt = useRef({});
  useEffect(() => {
    const abort = new AbortController();
    let timer = null;
    const isDue = (camera) => !(Date.now() - readAt.current[camera] < FENCES_KEPT_MS);
    const ask = async () => {
      const due = document.hidden ? [] : cameras.filter(isDue).slice(0, MOST);
      let isRead = false;
      if (due.length) {
        const query = new URLSearchParams(due.map((one) => ["camera", one]));
        try {
          const found = await get(`api/camera-fences?${query}`, { signal: abort.signal });
          for (const one of due) readAt.current[one] = Date.now();
          set((before) => ({ fences: { ...before.fences, ...found.fences }, titles: found.titles }));
          isRead = true;
        } catch (error) {
          if (error.name === "AbortError") return;
          // The wall's own fault says it.
        }
      }
      if (!abort.signal.aborted) timer = setTimeout(ask, isRead && cameras.some(isDue) ? 0 : FENCES_LOOK_MS);
    };
    ask();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [cameras.join("\n")]);
  return known;
}

/** What `get` gives of a path within some time, again and again while the page is seen; {value, fault}. */
export function usePolled(path, everyMs, within_ms = undefined) {
  const [found, set] = useState({ value: null, fault: "" });
  useEffect(() => {
    let timer = null;
    let isOver = false;
    const abort = new AbortController();
    const ask = async () => {
      clearTimeout(timer);
      if (isOver || document.hidden) return;
      try {
        const value = await get(path, { signal: abort.signal, within_ms });
        if (!isOver) set((before) => ({ value, before: before.value, fault: "" }));
      } catch (error) {
        if (error.name === "AbortError") return;
        if (!isOver) set((before) => ({ ...before, fault: error.message }));
      }
      if (!isOver) timer = setTimeout(ask, everyMs);
    };
    document.addEventListener("visibilitychange", ask);
    ask();
    return () => {
      isOver = true;
      clearTimeout(timer);
      abort.abort();
      document.removeEventListener("visibilitychange", ask);
    };
  }, [path, everyMs]);
  return found;
}
