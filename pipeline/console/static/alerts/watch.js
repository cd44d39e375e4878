// What is heard and seen of critical alerts whichever page is open: the sound, and the number in the title.
import { html, useEffect } from "../html.js";
import { t } from "../texts.js";
import { setMuted, play, useSound } from "./sound.js";
import { allEvents, load, onArrival, useEvents } from "./store.js";

const AGAIN_MS = 5000;
const WAITING = new Set(["held", "open"]);

/** Whether an event is critical and nobody has taken it on. */
export function isWaiting(event) {
  return event.severity === "critical" && WAITING.has(event.standing) && !event.merged_into;
}

function Speaker({ crossed }) {
  return html`<svg class="speaker" viewBox="0 0 24 24" aria-hidden="true">
    <path class="solid" d="M3 9v6h4l5 5V4L7 9z" />
    ${crossed ? html`<path d="M16 9l6 6M22 9l-6 6" />` : html`<path d="M15.5 8.5a5 5 0 0 1 0 7M18.5 5.5a9 9 0 0 1 0 13" />`}
  </svg>`;
}

/** The switch of the sound, with the number of critical alerts that wait; the frame shows it on every page. */
export function AlertsWatch() {
  useEvents();
  const sound = useSound();
  const count = allEvents().filter(isWaiting).length;
  useEffect(() => {
    const stop = new AbortController();
    let timer = null;
    const { signal } = stop;
    const read = async () => {
      try {
        const isMore = await load("open=1", { most: 2000, signal });
        // Those that are counted, all of them: the oldest has waited longest.
        if (isMore) await load("open=1&severity=critical", { most: Infinity, signal });
      } catch {
        if (!signal.aborted) timer = setTimeout(read, AGAIN_MS);
      }
    };
    read();
    const off = onArrival((event) => {
      if (isWaiting(event)) play();
    });
    return () => {
      stop.abort();
      clearTimeout(timer);
      off();
    };
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
      title=${t(`alerts.sound.${sound}`)} aria-label=${t(`alerts.sound.${sound}`)}><${Speaker} crossed=${sound === "muted"} /></button>
    ${sound === "blocked" && html`<span class="hint sound-hint">${t("alerts.sound.hint")}</span>`}
  `;
}
