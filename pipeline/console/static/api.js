// Talks to the console. Every path is relative to the page's <base>, so that a reverse proxy's prefix is kept.

const READ_MS = 10_000;
const WRITE_MS = 60_000;

/** What is read from logs takes longer than other answers. */
export const FROM_LOGS_MS = 60_000;

let csrf = "";
const signedOut = new Set();

/** What the server refused: its one line as the message, the status, and all that it said. */
export class Refusal extends Error {
  constructor(status, text, body = null) {
    super(text);
    this.status = status;
    this.body = body;
  }
}

/** The absolute address of a path such as "api/events". */
export function address(path) {
  return new URL(path.replace(/^\//, ""), document.baseURI).href;
}

/** Remember what is said with everything that changes something. */
export function setCsrf(token) {
  csrf = token ?? "";
}

/** Call `fn` when the server says that the session is over. Returns what takes it off again. */
export function onSignedOut(fn) {
  signedOut.add(fn);
  return () => signedOut.delete(fn);
}

/** GET; the answer's JSON. `signal` may abort it; an answer that is not whole after `within_ms` is none. */
export async function get(path, { signal, within_ms = READ_MS } = {}) {
  return reached(path, { signal, within_ms }, answered);
}

/** GET; the answer's bytes as they are. */
export async function bytes(path, { signal, within_ms = READ_MS } = {}) {
  return reached(path, { signal, within_ms }, (response) => (response.ok ? response.arrayBuffer() : answered(response)));
}

/** POST, PUT, PATCH or DELETE with a JSON body (or FormData); the answer's JSON, or null where it has none. */
export async function send(method, path, body) {
  const headers = { "X-CSRF-Token": csrf };
  let content = body;
  if (body !== undefined && !(body instanceof FormData)) {
    headers["Content-Type"] = "application/json";
    content = JSON.stringify(body);
  }
  return reached(path, { method, headers, body: content, within_ms: WRITE_MS }, answered);
}

/** What `read` makes of the answer; whole and in time, or it counts as not reached: a server that hangs says nothing. */
async function reached(path, { signal, within_ms, ...options }, read) {
  const limit = AbortSignal.timeout(within_ms);
  try {
    const until = signal ? AbortSignal.any([signal, limit]) : limit;
    return await read(await fetch(address(path), { credentials: "same-origin", ...options, signal: until }));
  } catch (error) {
    if (error instanceof Refusal || error.name === "AbortError") throw error;
    throw new Refusal(0, "连接不到控制台。The console cannot be reached.");
  }
}

async function answered(response) {
  const text = await response.text();
  let value = null;
  try {
    value = text ? JSON.parse(text) : null;
  } catch {
    value = { error: `${response.status} ${response.statusText}` };
  }
  if (response.ok) return value;
  if (response.status === 401 && csrf) for (const fn of signedOut) fn();
  throw new Refusal(response.status, value?.error ?? `${response.status} ${response.statusText}`, value);
}
