// Short notes at the edge of the page: done, or why not.
import { html, useEffect, useState } from "./html.js";

const SHOWN_MS = 6000;
let notices = [];
let number = 0;
const listeners = new Set();

/** Tell the user something; `kind` is "good", "bad" or "plain". */
export function tell(text, kind = "plain") {
  const one = { id: ++number, text, kind };
  change([...notices.slice(-3), one]);
  setTimeout(() => change(notices.filter((other) => other !== one)), kind === "bad" ? 2 * SHOWN_MS : SHOWN_MS);
}

/** Do something that may be refused: the refusal is told. Returns its value, or undefined. */
export async function trying(act, done = "") {
  try {
    const value = await act();
    if (done) tell(done, "good");
    return value;
  } catch (error) {
    tell(error.message, "bad");
    return undefined;
  }
}

/** Where they are shown; the shell has it. */
export function Notices() {
  const [shown, set] = useState(notices);
  useEffect(() => {
    listeners.add(set);
    return () => listeners.delete(set);
  }, []);
  return html`<div class="notices" role="status" aria-live="polite">
    ${shown.map((one) => html`<p key=${one.id} class="notice ${one.kind}">${one.text}</p>`)}
  </div>`;
}

function change(next) {
  notices = next;
  for (const fn of listeners) fn(next);
}
