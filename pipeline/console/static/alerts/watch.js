// What is heard and seen of critical alerts whichever page is open: the sound, and the number in the title.
import { html, useEffect } from "../html.js";
import { t } from "../texts.js";
import { setMuted, play, useSound } from "./sound.js";
import { allEvents, load, onArrival, useEvents } from "./store.js";

const WAITING = new Set(["held", "open"]);

/** Whether an event is critical and nobody has taken it on. */
export function isWaiting(event) {
  return event.severity === "critical" && WAITING.has(event.standing) && !event.merged_into;
}

/** The switch of the sound, with the number of critical alerts that wait; the frame shows it on every page. */
export function AlertsWatch() {
  useEvents();
  const sound = useSound();
  const count = allEvents().filter(isWaiting).length;
  useEffect(() => {
    load("open=1", { most: 2000 }).catch(() => {});
    return onArrival((event) => {
      if (isWaiting(event)) play();
    });
  }, []);
  useEffect(() => {
    const show = () => {
      const bare = document.title.replace(/^\(\d+\) /, "");
      const title = count ? `(${count}) ${bare}` : bare;
      if (document.title !== title) document.title = title;
    };
    show();
    // The page's own title may have been written since.
    const timer = setInterval(show, 500);
    return () => clearInterval(timer);
  }, [count]);
  const turn = () => setMuted(sound !== "muted");
  return html`
    ${count > 0 && html`<span class="badge critical" id="waiting" title=${t("alerts.waiting")}>${count}</span>`}
    <button type="button" class="quiet" id="sound" aria-pressed=${sound === "muted"} onClick=${turn}
      title=${t(`alerts.sound.${sound}`)} aria-label=${t(`alerts.sound.${sound}`)}>${sound === "muted" ? "🔇" : "🔊"}</button>
    ${sound === "blocked" && html`<span class="hint sound-hint">${t("alerts.sound.hint")}</span>`}
  `;
}
