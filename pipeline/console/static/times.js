// Times and durations as people read them, in the site's time zone.
import { language } from "./texts.js";

let zone = "UTC";
const formats = new Map();

/** The time zone of the site, from the session. */
export function setZone(name) {
  zone = name;
  formats.clear();
}

/** "11-28 14:03:05" of an ISO 8601 text; with the year where `long`. */
export function moment(text, { long = false } = {}) {
  if (!text) return "";
  if (!formats.has("")) {
    const parts = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
    formats.set("", new Intl.DateTimeFormat("sv-SE", { timeZone: zone, ...parts }));
  }
  // Swedish dates are ISO 8601's where they have a year, and begin with the day where they have none.
  const whole = formats.get("").format(new Date(text));
  return long ? whole : whole.slice(5);
}

/** "2026-11-28T14:03" of a date: what a field of the kind `datetime-local` takes, on the site's clock. */
export function clock(date) {
  return moment(date.toISOString(), { long: true }).replace(" ", "T").slice(0, 16);
}

/** "2:05" or "1:02:05" or "3 d 04:05" of seconds. */
export function duration(s) {
  const whole = Math.max(0, Math.floor(s));
  const two = (n) => String(n).padStart(2, "0");
  const [d, h, m] = [Math.floor(whole / 86400), Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60];
  if (d) return `${d} ${language() === "zh" ? "天" : "d"} ${two(h)}:${two(m)}`;
  return h ? `${h}:${two(m)}:${two(whole % 60)}` : `${m}:${two(whole % 60)}`;
}
