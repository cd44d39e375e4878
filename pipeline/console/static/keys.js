// Keys of the keyboard: what each does here is told by `?`.
import { useLayoutEffect, useRef } from "./html.js";

const PRESS = new Set(["Enter", " "]);
const layers = [];

/**
 * Keys for as long as a component is shown: useKeys({a: ["alerts.acknowledge", () => ...]}). A key is what
 * KeyboardEvent.key says ("a", "ArrowDown", "Escape"), or "g c" for one after the other. The first part is the key of
 * its text. Not heard while something is typed into a field, nor below an open dialog, which closes itself by Escape;
 * Enter and the space bar are the link's or the button's that has the focus.
 */
export function useKeys(bindings) {
  const kept = useRef(bindings);
  kept.current = bindings;
  // At once, not after the next paint: what is seen can be pressed.
  useLayoutEffect(() => {
    const layer = { get: () => kept.current };
    layers.push(layer);
    return () => layers.splice(layers.indexOf(layer), 1);
  }, []);
}

/** All keys that are heard now: [[key, text key], ...], the innermost first. */
export function keysNow() {
  const seen = new Map();
  for (const layer of [...layers].reverse())
    for (const [key, [text]] of Object.entries(layer.get() ?? {})) if (!seen.has(key)) seen.set(key, text);
  return [...seen];
}

let before = "";
let beforeAt = 0;

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const field = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (field && event.key !== "Escape") return;
  if (PRESS.has(event.key) && event.target.closest?.("a[href], button, summary")) return;
  if (document.querySelector("dialog[open]")) return;
  const pair = Date.now() - beforeAt < 1500 ? `${before} ${event.key}` : "";
  for (const key of [pair, event.key]) {
    const found = [...layers].reverse().find((layer) => key && layer.get()?.[key]);
    if (!found) continue;
    event.preventDefault();
    before = "";
    found.get()[key][1](event);
    return;
  }
  [before, beforeAt] = [event.key, Date.now()];
});
