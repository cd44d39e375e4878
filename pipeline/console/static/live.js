// One stream of server-sent events for the whole page: what happens, and whether the page still hears of it.
import { address, get } from "./api.js";
import { useEffect, useState } from "./html.js";

const SILENCE_MS = 6_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;
const listeners = new Map();
const stateListeners = new Set();
let source = null;
let state = "connecting";
let heardAt = 0;
let pause = FIRST_PAUSE_MS;
let timer = null;
let faults = [];
let isRunGone = false;

/** Call `fn(data)` for every message of that kind. Returns what takes it off again. */
export function onEvent(kind, fn) {
  if (!listeners.has(kind)) {
    listeners.set(kind, new Set());
    if (source) source.addEventListener(kind, heard);
  }
  listeners.get(kind).add(fn);
  return () => listeners.get(kind).delete(fn);
}

/** "connecting", "connected" or "lost". */
export function liveState() {
  return state;
}

/** The state, for a component that is to be drawn again when it changes. After "lost" comes "connected": then read anew. */
export function useLive() {
  const [value, set] = useState(state);
  useEffect(() => {
    stateListeners.add(set);
    set(state);
    return () => stateListeners.delete(set);
  }, []);
  return value;
}

/** What the server itself lacks now (its Redis, its ledger), a line each; drawn again when it changes. */
export function useFaults() {
  const [value, set] = useState(faults);
  useEffect(() => onEvent("beat", () => set(faults)), []);
  return value;
}

/** Whether no run of the site answers; drawn again when it changes. */
export function useRunGone() {
  const [value, set] = useState(isRunGone);
  useEffect(() => onEvent("beat", () => set(isRunGone)), []);
  return value;
}

/** Begin to listen. */
export function startLive() {
  if (source) return;
  clearTimeout(timer);
  heardAt = Date.now();
  source = new EventSource(address("api/live"));
  source.onopen = () => {
    heardAt = Date.now();
    pause = FIRST_PAUSE_MS;
    become("connected");
  };
  source.onerror = lost;
  for (const kind of new Set([...listeners.keys(), "beat", "bye"])) source.addEventListener(kind, heard);
}

/** Stop: nobody is signed in. */
export function stopLive() {
  clearTimeout(timer);
  source?.close();
  source = null;
  become("connecting");
}

function heard(event) {
  heardAt = Date.now();
  const data = event.data ? JSON.parse(event.data) : null;
  if (event.type === "bye") lost();
  if (event.type === "beat" && String(data?.faults ?? []) !== String(faults)) faults = data?.faults ?? [];
  if (event.type === "beat") isRunGone = Boolean(data?.is_run_gone);
  for (const fn of listeners.get(event.type) ?? []) fn(data);
}

function lost() {
  source?.close();
  source = null;
  become("lost");
  clearTimeout(timer);
  timer = setTimeout(again, pause);
  pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
}

async function again() {
  try {
    // Whether the session is over is not told by an EventSource.
    const session = await get("api/session", { signal: AbortSignal.timeout(SILENCE_MS) });
    if (session.user === null) {
      location.reload();
      return;
    }
  } catch {
    lost();
    return;
  }
  startLive();
}

function become(next) {
  if (next === state) return;
  state = next;
  for (const fn of stateListeners) fn(next);
}

// A connection that has died quietly.
setInterval(() => {
  if (source && Date.now() - heardAt > SILENCE_MS) lost();
}, 1000);
