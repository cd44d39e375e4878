// In what an event of a trial differs before and after a change, in the language of the page.
import { t } from "../texts.js";
import { duration, moment } from "../times.js";

/** Each difference in a few words. */
export function moves({ before, after }) {
  const found = [];
  for (const [name, word] of [["started_at", "started"], ["raised_at", "raised"], ["ended_at", "ended"]]) {
    if (!before[name] || !after[name]) {
      if (before[name] !== after[name]) found.push(`${t("rules.ended")} ${moment(before[name]) || t("rules.open")} → ${moment(after[name]) || t("rules.open")}`);
      continue;
    }
    const by_s = (new Date(after[name]) - new Date(before[name])) / 1000;
    if (by_s) found.push(`${t(`rules.${word}`)} ${t(by_s < 0 ? "rules.earlier" : "rules.later", { time: duration(Math.abs(by_s)) })}`);
  }
  if (before.severity !== after.severity) found.push(`${t(`rules.severity.${before.severity}`)} → ${t(`rules.severity.${after.severity}`)}`);
  if (before.reason !== after.reason && before.reason && after.reason) found.push(`${why(before)} → ${why(after)}`);
  return found;
}

/** Why it was over. */
function why({ reason }) {
  const key = `alerts.why.${reason}`;
  return t(key) === key ? reason : t(key);
}
