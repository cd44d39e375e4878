// Durations that go on: one clock for all that are shown.
import { html, useEffect, useState } from "../html.js";
import { duration } from "../times.js";
import { serverNow } from "./store.js";

const listeners = new Set();

setInterval(() => {
  for (const fn of listeners) fn(serverNow());
}, 1000);

/** How long an event has gone on, or went on. */
export function Duration({ event }) {
  const [now, set] = useState(serverNow);
  useEffect(() => {
    if (!event.is_running) return undefined;
    set(serverNow());
    listeners.add(set);
    return () => listeners.delete(set);
  }, [event.is_running]);
  const end = event.is_running ? now : Date.parse(event.ended_at ?? event.raised_at);
  const start = Date.parse(event.is_running ? event.counts_from : event.started_at);
  return html`<time class="number">${duration((end - start) / 1000)}</time>`;
}
