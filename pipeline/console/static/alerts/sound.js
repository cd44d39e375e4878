// The sound of a critical alert, made by the browser itself, and whether it is wanted.
import { useEffect, useState } from "../html.js";

const SHORTEST_MS = 1500;
const listeners = new Set();
let context = null;
let playedAt = 0;

/** Whether this browser is to be silent. */
export function isMuted() {
  return localStorage.getItem("alerts.muted") === "yes";
}

/** Be silent, or not. */
export function setMuted(muted) {
  localStorage.setItem("alerts.muted", muted ? "yes" : "no");
  if (!muted) wake();
  changed();
}

/** "muted", "blocked" (the browser lets no page sound before it was clicked on) or "on". */
export function soundState() {
  if (isMuted()) return "muted";
  return context?.state === "running" ? "on" : "blocked";
}

/** The state, for a component that is to be drawn again when it changes. */
export function useSound() {
  const [value, set] = useState(soundState);
  useEffect(() => {
    const fn = () => set(soundState());
    listeners.add(fn);
    fn();
    return () => listeners.delete(fn);
  }, []);
  return value;
}

/** Two falling tones; no more often than can be told apart. Returns whether it sounds. */
export function play() {
  if (soundState() !== "on" || Date.now() - playedAt < SHORTEST_MS) return false;
  playedAt = Date.now();
  document.documentElement.dataset.sounded = String(Number(document.documentElement.dataset.sounded ?? 0) + 1);
  for (const [frequency, start] of [[880, 0], [659, 0.22], [880, 0.5], [659, 0.72]]) tone(frequency, context.currentTime + start);
  return true;
}

function tone(frequency, at) {
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.type = "triangle";
  oscillator.frequency.value = frequency;
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(0.4, at + 0.02);
  gain.gain.setValueAtTime(0.4, at + 0.16);
  gain.gain.linearRampToValueAtTime(0, at + 0.2);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(at);
  oscillator.stop(at + 0.22);
}

function wake() {
  context ??= new AudioContext();
  context.onstatechange = changed;
  context.resume().then(changed, changed);
}

function changed() {
  for (const fn of listeners) fn();
}

// A click, a tap or a key lets it sound; which of their events the browser takes for one differs, and it may stop again.
const wakeAgain = () => context?.state !== "running" && wake();
for (const kind of ["pointerup", "click", "keydown"]) addEventListener(kind, wakeAgain, { capture: true });
