// The page about alerts: the list, the event that is open, and what is said of it.
import { Detail } from "../alerts/detail.js";
import { asked, Filters, filtersOf, isFiltered, matcher } from "../alerts/filters.js";
import { List } from "../alerts/list.js";
import { setMuted, soundState } from "../alerts/sound.js";
import { allEvents, eventOf, load, useEvents } from "../alerts/store.js";
import { say, WordDialog, WORDS } from "../alerts/words.js";
import { get } from "../api.js";
import { html, useEffect, useMemo, useRef, useState } from "../html.js";
import { useKeys } from "../keys.js";
import { tell } from "../notices.js";
import { go, setQuery } from "../router.js";
import { t } from "../texts.js";

const NO_CHOICES = { cameras: [], rules: [], zones: [], grids: [], contacts: [], has_table: false };

/** user: {name, role}; route: {page, rest, query}. */
export default function Page({ user, route }) {
  const version = useEvents();
  const opened = route.rest[0] ?? null;
  const key = route.query.toString();
  const filters = useMemo(() => filtersOf(route.query), [key]);
  const events = useMemo(() => allEvents().filter(matcher(filters)), [version, key]);
  const choices = useChoices();
  const reading = useReading(asked(filters));
  const [cursor, setCursor] = useState(opened);
  const [dialog, setDialog] = useState(null);
  const [boxes, setBoxes] = useState(true);
  const field = useRef(null);

  const open = (id, options) => {
    setCursor(id);
    go(`alerts${id ? `/${encodeURIComponent(id)}` : ""}${key ? `?${key}` : ""}`, options);
  };
  const move = (step) => () => {
    const index = events.findIndex((event) => event.id === cursor);
    const next = events[Math.min(events.length - 1, Math.max(0, index < 0 ? 0 : index + step))];
    if (!next) return;
    setCursor(next.id);
    if (opened) open(next.id, { replace: true });
  };
  const word = async (one, event) => {
    if (!one.fits(event)) tell(t("alerts.unfit", { word: t(`alerts.word.${one.word}`), standing: t(`alerts.standing.${event.standing}`) }), "bad");
    else if (one.asks) setDialog({ word: one.word, event });
    else await say(event, { word: one.word });
  };
  const keyed = (one) => () => {
    const event = eventOf(opened ?? cursor);
    if (event && !dialog) word(one, event);
  };
  const unless = (fn) => () => !dialog && fn();
  useKeys({
    j: ["alerts.key.down", unless(move(1))],
    k: ["alerts.key.up", unless(move(-1))],
    ArrowDown: ["alerts.key.down", unless(move(1))],
    ArrowUp: ["alerts.key.up", unless(move(-1))],
    Enter: ["alerts.key.open", unless(() => cursor && open(cursor))],
    Escape: ["alerts.key.close", unless(() => (document.activeElement === field.current ? field.current.blur() : open(null)))],
    ...Object.fromEntries(WORDS.map((one) => [one.key, [`alerts.word.${one.word}`, keyed(one)]])),
    "/": ["alerts.key.search", unless(() => field.current?.focus())],
    o: ["alerts.filter.open", unless(() => setQuery({ open: filters.open ? null : "1" }))],
    b: ["alerts.boxes", unless(() => setBoxes(!boxes))],
    u: ["alerts.key.sound", unless(() => setMuted(soundState() !== "muted"))],
  });

  const foot = reading.next
    ? html`<p class="foot"><button type="button" onClick=${reading.more}>${t("alerts.older")}</button></p>`
    : events.length === 0 && html`<p class="empty">${t(reading.isBusy ? "shell.loading" : isFiltered(filters) ? "alerts.nomatch" : "alerts.none")}</p>`;
  return html`<div class="alerts ${opened ? "with-detail" : ""}">
    <div class="alerts-head">
      <h1 class="sr-only">${t("shell.alerts")}</h1>
      <${Filters} filters=${filters} choices=${choices} field=${field} />
      <p class="faint small count" aria-live="off">${t("alerts.count", { n: events.length })}${reading.fault && html` <span class="fault">${reading.fault}</span>`}</p>
    </div>
    <${List} events=${events} cursor=${cursor} opened=${opened} onpick=${(id) => open(id, { replace: Boolean(opened) })} foot=${foot} />
    ${opened && html`<${Detail} id=${opened} known=${eventOf(opened)} user=${user} onword=${word} onclose=${() => open(null)} boxes=${boxes} onboxes=${setBoxes} />`}
    ${dialog && html`<${WordDialog} word=${dialog.word} event=${eventOf(dialog.event.id) ?? dialog.event} choices=${choices} onclose=${() => setDialog(null)} />`}
  </div>`;
}

function useChoices() {
  const [choices, set] = useState(NO_CHOICES);
  useEffect(() => {
    get("api/choices").then(set, (error) => tell(error.message, "bad"));
  }, []);
  return choices;
}

/** Reads what matches a filter; `next`: there is more than was read. */
function useReading(query) {
  const [state, set] = useState({ next: null, isBusy: true, fault: "" });
  const read = (options) => {
    set((old) => ({ ...old, isBusy: true, fault: "" }));
    return load(query, options).then(
      (next) => set({ next, isBusy: false, fault: "" }),
      (error) => error.name !== "AbortError" && set((old) => ({ ...old, isBusy: false, fault: error.message })),
    );
  };
  useEffect(() => {
    const stop = new AbortController();
    read({ signal: stop.signal });
    return () => stop.abort();
  }, [query]);
  return { ...state, more: () => read({ after: state.next, most: 1000 }) };
}
