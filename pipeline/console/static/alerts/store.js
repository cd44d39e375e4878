// What this browser knows of events: each once, by its id, as the newest word about it says.
import { get } from "../api.js";
import { useEffect, useState } from "../html.js";
import { onEvent } from "../live.js";

const MOST = 12_000;
const CATCH_UP_PAGES = 20;
const OVER = new Set(["closed", "dismissed"]);
const events = new Map();
const listeners = new Set();
const arrivals = new Set();
let order = [];
let seq = -1;
let offset = 0;
let isCatchingUp = false;
let loads = 0;
let version = 0;

/** All events that are known, those that were heard of last first. The list is never changed: a later one is another. */
export function allEvents() {
  return order;
}

/** One event, or undefined. */
export function eventOf(id) {
  return events.get(id);
}

/** Whether nobody has to do anything about an event any more. */
export function isOver(event) {
  return OVER.has(event.standing);
}

/** The server's clock, ms since 1970. */
export function serverNow() {
  return Date.now() + offset;
}

/** Call `fn(event, before)` for an event that was raised or became graver while this page was open. */
export function onArrival(fn) {
  arrivals.add(fn);
  return () => arrivals.delete(fn);
}

/** Draw a component again whenever anything has changed; returns a number that then differs. */
export function useEvents() {
  const [value, set] = useState(version);
  useEffect(() => {
    listeners.add(set);
    set(version);
    return () => listeners.delete(set);
  }, []);
  return value;
}

/**
 * Read pages of events that match a filter until so many are known; `signal` may abort it; `seen` takes their ids.
 * Returns the next page's mark.
 */
export async function load(query, { most = 10_000, after = "", signal, seen } = {}) {
  let next = after;
  let count = 0;
  loads += 1;
  try {
    do {
      const asked = new URLSearchParams(query);
      asked.set("limit", String(count === 0 && !after ? 200 : 1000));
      if (next) asked.set("after", next);
      const answer = await get(`api/events?${asked}`, { signal });
      if (seq < 0) seq = answer.seq;
      for (const event of answer.events) seen?.add(event.id);
      take(answer.events);
      count += answer.events.length;
      next = answer.next;
    } while (next && count < most && !signal?.aborted);
    return next;
  } finally {
    loads -= 1;
  }
}

/** Take in one event that the server has answered with. */
export function takeOne(event) {
  take([event]);
}

function take(list, isNews = false) {
  let isNew = false;
  for (const event of list) {
    const before = events.get(event.id);
    if (before && before.seq >= event.seq) continue;
    event.at = Date.parse(event.received_at);
    event.raisedAt = Date.parse(event.raised_at);
    isNew ||= !before;
    events.set(event.id, event);
    if (isNews && isArrival(event, before)) for (const fn of arrivals) fn(event, before);
  }
  if (isNew) sort();
  else order = order.map((event) => events.get(event.id));
  changed();
}

function changed() {
  version += 1;
  for (const fn of listeners) fn(version);
}

function sort() {
  order = [...events.values()].sort((a, b) => b.at - a.at || b.raisedAt - a.raisedAt || (a.id < b.id ? 1 : -1));
  // What is open stays, however old it is: it is counted and waits for somebody.
  for (let n = order.length - 1; n >= 0 && events.size > MOST; n -= 1) if (isOver(order[n])) events.delete(order[n].id);
  if (order.length > events.size) order = order.filter((event) => events.has(event.id));
}

const RANK = { info: 0, minor: 1, major: 2, critical: 3 };

function isArrival(event, before) {
  if (event.merged_into || !event.is_running) return false;
  return !before || Boolean(before.merged_into) || RANK[event.severity] > RANK[before.severity];
}

function hear(news) {
  if (seq < 0) return;
  if (news.after > seq) {
    catchUp();
    return;
  }
  if (news.seq <= seq) return;
  seq = news.seq;
  take(news.events, true);
}

/** Read what was told while this page did not listen. */
async function catchUp() {
  if (isCatchingUp) return;
  isCatchingUp = true;
  try {
    for (let pages = 0; pages < CATCH_UP_PAGES; pages += 1) {
      const news = await get(`api/news?after=${seq}`);
      seq = Math.max(seq, news.seq);
      take(news.events, true);
      if (news.is_all) return;
    }
    // Long away: what stands in the list now counts.
    seq = -1;
    const before = [...events.keys()];
    const seen = new Set();
    await load("", { most: MOST, seen });
    await load("open=1", { most: Infinity, seen });
    // An older one that was open and is not any more was closed unheard.
    for (const id of before) if (!seen.has(id) && events.has(id) && !isOver(events.get(id))) events.delete(id);
    sort();
    changed();
  } catch {
    // The next sign of life tells again what is missing.
  } finally {
    isCatchingUp = false;
  }
}

/** What was to be read first could not be: until it is, nothing that is told can be placed. */
async function readAgain() {
  if (isCatchingUp || loads) return;
  isCatchingUp = true;
  try {
    await load("open=1", { most: Infinity });
  } catch {
    // The next sign of life tells again.
  } finally {
    isCatchingUp = false;
  }
}

onEvent("news", hear);
onEvent("beat", (beat) => {
  offset = Date.parse(beat.now) - Date.now();
  if (seq < 0) readAgain();
  else if (beat.seq > seq) catchUp();
});
