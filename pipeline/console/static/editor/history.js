// What was done to a draft, to be undone and done again.

const MOST = 500;

/** A history that begins with a value. */
export function begun(value) {
  return { past: [], now: value, future: [], tag: "" };
}

/**
 * A history with another value. Changes in a row with the same tag that is not empty are one step: a word typed, a vertex
 * nudged ten times.
 */
export function changed(history, value, tag = "") {
  if (value === history.now) return history;
  const isMore = tag !== "" && tag === history.tag;
  const past = isMore ? history.past : [...history.past, history.now].slice(-MOST);
  return { past, now: value, future: [], tag };
}

export function undone(history) {
  if (history.past.length === 0) return history;
  const past = history.past.slice(0, -1);
  return { past, now: history.past[past.length], future: [history.now, ...history.future], tag: "" };
}

export function redone(history) {
  if (history.future.length === 0) return history;
  const [now, ...future] = history.future;
  return { past: [...history.past, history.now], now, future, tag: "" };
}
