// What the dispatcher and the pipeline write into an event's history, in the language of the page. People's notes stay.
import { t } from "../texts.js";

/** What is written, and its text with the parts by name. */
const WRITTEN = [
  [/^told: (?<names>.*?) \(no channel: in the ledger only\)$/, "no_channel"],
  [/^told: (?<names>.+)$/, "told"],
  [/^the deadline has passed$/, "deadline"],
  [/^nobody: not in the routing table$/, "nobody"],
  [/^the camera saw it gone: verify$/, "gone"],
  [/^told by event (?<event>\S+)$/, "by_event"],
  [/^late: revision (?<number>\d+)$/, "late"],
  [/^(?<before>critical|major|minor|info) -> (?<after>critical|major|minor|info)$/, "severity"],
];
const MUTED = /^muted (?<camera>\S+) \/ (?<rule>.+?) for (?<n>\d+) min(?<more>(: .*)?)$/s;
const FATES = ["sent", "waiting", "dropped"];

/** The note of a step as it is shown. */
export function noteOf({ what, by, note }) {
  if (by === "pipeline" || by === "dispatcher") {
    for (const [pattern, text] of WRITTEN) {
      const found = pattern.exec(note);
      if (found) return t(`alerts.made.${text}`, spoken(text, found.groups ?? {}));
    }
    if (what === "cleared") return known(`alerts.why.${note}`, note);
  }
  const muted = MUTED.exec(note)?.groups;
  if (muted) {
    const rule = muted.rule === "all rules" ? t("alerts.made.all_rules") : muted.rule;
    return t("alerts.made.muted", { ...muted, rule }) + muted.more;
  }
  return note;
}

/** Whether somebody was told. */
export function fateOf(fate) {
  const [word, ...more] = fate.split(": ");
  return FATES.includes(word) ? [t(`alerts.fate.${word}`), ...more].join(": ") : fate;
}

function spoken(text, parts) {
  if (text !== "severity") return { ...parts };
  return Object.fromEntries(Object.entries(parts).map(([name, one]) => [name, t(`alerts.severity.${one}`)]));
}

/** The text of a key, or what stands for it where there is none. */
export function known(key, otherwise) {
  return t(key) === key ? otherwise : t(key);
}
