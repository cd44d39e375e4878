// What an operator says of an event: each word with its key, when it fits, and what has to be asked first.
import { send } from "../api.js";
import { Dialog } from "../dialog.js";
import { html, useState } from "../html.js";
import { trying } from "../notices.js";
import { t } from "../texts.js";
import { isOver, takeOne } from "./store.js";

const has = (word) => (event) => event.words.includes(word);

/** In the order of an event's life. `asks`: a dialog comes first. */
export const WORDS = [
  { word: "confirm", key: "c", fits: has("confirm"), asks: false },
  { word: "acknowledge", key: "a", fits: has("acknowledge"), asks: false },
  { word: "dispose", key: "p", fits: has("dispose"), asks: true },
  { word: "verify", key: "v", fits: has("verify"), asks: true },
  { word: "close", key: "x", fits: (event) => !isOver(event), asks: true },
  { word: "dismiss", key: "d", fits: has("dismiss"), asks: true },
  { word: "assign", key: "s", fits: (event) => event.responsible !== "" && !isOver(event), asks: true },
  { word: "mute", key: "m", fits: (event) => event.camera !== "", asks: true },
  { word: "note", key: "n", fits: () => true, asks: true },
  { word: "reopen", key: "r", fits: has("reopen"), asks: true },
];
const NEEDS_NOTE = new Set(["mute", "note"]);
const MUTES_MIN = [15, 30, 60, 240, 480, 1440];

/** Say a word; the event is shown as it stands then. */
export async function say(event, body) {
  const after = await trying(
    () => send("POST", `api/events/${event.id}/words`, body),
    t("alerts.said", { word: t(`alerts.word.${body.word}`), title: event.camera_name || event.camera }),
  );
  if (after) takeOne(after);
  return Boolean(after);
}

/** The buttons of the words that fit. */
export function WordButtons({ event, onword }) {
  return html`<div class="row words">
    ${WORDS.filter((one) => one.fits(event)).map((one) => html`<button type="button" key=${one.word} data-word=${one.word}
      class=${one.word === "dismiss" ? "danger" : one.word === "acknowledge" || one.word === "confirm" ? "main" : ""}
      onClick=${() => onword(one, event)}>${t(`alerts.word.${one.word}`)} <kbd>${one.key}</kbd></button>`)}
  </div>`;
}

/** Asks what a word needs, then says it. */
export function WordDialog({ word, event, choices, onclose }) {
  const [note, setNote] = useState("");
  const [contact, setContact] = useState("");
  const [minutes, setMinutes] = useState(30);
  const [whole, setWhole] = useState(!event.rule);
  const [isBusy, setBusy] = useState(false);
  const isReady = (!NEEDS_NOTE.has(word) || note.trim() !== "") && (word !== "assign" || contact !== "");
  const submit = async (submitted) => {
    submitted.preventDefault();
    if (!isReady || isBusy) return;
    setBusy(true);
    const more = word === "assign" ? { contact } : word === "mute" ? { minutes, whole_camera: whole } : {};
    const isSaid = await say(event, { word, note: note.trim(), ...more });
    setBusy(false);
    if (isSaid) onclose();
  };
  // One line: Enter says it. Shift and Enter begin another.
  const entered = (pressed) => {
    if (pressed.key === "Enter" && !pressed.shiftKey && !pressed.isComposing) submit(pressed);
  };
  return html`<${Dialog} title=${t(`alerts.word.${word}`)} onclose=${onclose}>
    <form class="column" id="word" onSubmit=${submit}>
      <p class="faint">${t(`alerts.ask.${word}`)}</p>
      ${word === "assign" && html`<label>${t("alerts.contact")}
        <select name="contact" value=${contact} onChange=${(changed) => setContact(changed.target.value)}>
          <option value="">…</option>
          ${choices.contacts.filter((one) => one.id !== event.responsible).map((one) => html`<option key=${one.id} value=${one.id}>${one.name} (${one.id})</option>`)}
        </select></label>
        ${!choices.has_table && html`<p class="hint">${t("alerts.notable")}</p>`}`}
      ${word === "mute" && html`<label>${t("alerts.minutes")}
        <select name="minutes" value=${minutes} onChange=${(changed) => setMinutes(Number(changed.target.value))}>
          ${MUTES_MIN.map((one) => html`<option key=${one} value=${one}>${t(one < 60 ? "alerts.min" : "alerts.hours", { n: one < 60 ? one : one / 60 })}</option>`)}
        </select></label>
        ${event.rule && html`<label class="inline"><input type="checkbox" name="whole" checked=${whole} onChange=${(changed) => setWhole(changed.target.checked)} />
          ${t("alerts.whole", { camera: event.camera_name || event.camera })}</label>`}`}
      <label>${t(NEEDS_NOTE.has(word) ? "alerts.reason" : "alerts.note")}
        <textarea name="note" rows="2" maxlength="2000" value=${note} onKeyDown=${entered}
          onInput=${(changed) => setNote(changed.target.value)}></textarea></label>
      <div class="row">
        <button type="submit" class="main" disabled=${!isReady || isBusy}>${t(`alerts.word.${word}`)}</button>
        <button type="button" onClick=${onclose}>${t("shell.cancel")}</button>
      </div>
    </form>
  <//>`;
}
