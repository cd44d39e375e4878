// The editor of one fence file.
import { address } from "../api.js";
import { html, useEffect, useMemo, useRef, useState } from "../html.js";
import { useKeys } from "../keys.js";
import { tell } from "../notices.js";
import { Link } from "../router.js";
import { language, t } from "../texts.js";
import { arrowsOf } from "./direction.js";
import { mergedOnto } from "./draft.js";
import { useEditing } from "./editing.js";
import { Faults, Properties, ShapeList } from "./panels.js";
import { dots } from "./points.js";
import { Conflict, RunState, Versions, save, useCheck, useRun } from "./saving.js";
import { Surface, useZoom } from "./surface.js";
import { ObjectsPanel, TrialPanel, useObjects, useTrial } from "./trial.js";

const WIDE = [1600, 900]; // of a camera without a picture

/** The camera's picture; null until it is there, "none" where there is none. */
function usePicture(sheet) {
  const [picture, setPicture] = useState(null);
  const [asked, setAsked] = useState(0);
  useEffect(() => {
    const image = new Image();
    let isOver = false;
    image.onload = () => !isOver && setPicture(image);
    image.onerror = () => !isOver && setPicture("none");
    image.src = `${address(`api/fences/${encodeURIComponent(sheet.camera)}/picture.jpg`)}?view=${encodeURIComponent(sheet.view)}&n=${asked}`;
    return () => {
      isOver = true;
    };
  }, [sheet.camera, sheet.view, asked]);
  return [picture, () => setAsked((n) => n + 1)];
}

const drafts = new Map(); // what was not saved as another page was looked at, by file

export function Editor({ sheet, onsaved }) {
  const parsed = useMemo(() => {
    try {
      return JSON.parse(sheet.text);
    } catch (error) {
      return { fault: error.message };
    }
  }, [sheet]);
  if (parsed.fault || typeof parsed !== "object" || parsed === null) {
    return html`<p class="fault" role="alert">${t("fences.no_json", { file: sheet.file })} ${parsed?.fault ?? ""}</p>`;
  }
  return html`<${Opened} sheet=${sheet} saved=${parsed} onsaved=${onsaved} />`;
}

function Opened({ sheet, saved, onsaved }) {
  const [picture, askPicture] = usePicture(sheet);
  const size = picture && picture !== "none" ? [picture.naturalWidth, picture.naturalHeight] : WIDE;
  const editing = useEditing(saved, sheet.ground, size, sheet.choices.categories[0].id);
  const held = useRef(null);
  held.current = editing.document;
  const text = useMemo(() => JSON.stringify(editing.document), [editing.document]);
  const checked = useCheck(sheet, text);
  const run = useRun(sheet, sheet.sha256);
  const objects = useObjects(sheet.camera, sheet.view, editing.shapes);
  const [areDotsShown, setDots] = useState(true);
  const [isTrialOn, setTrialOn] = useState(true);
  const isRight = editing.faults.length === 0 && checked.text === text && checked.faults.length === 0;
  const trial = useTrial(sheet.camera, sheet.view, text, isTrialOn && editing.isChanged && isRight);
  const [event, setEvent] = useState(null);
  const [why, setWhy] = useState("");
  const [conflict, setConflict] = useState(null);
  const [isSaving, setSaving] = useState(false);
  const zoom = useZoom();
  useEffect(() => setEvent(null), [trial]);
  useKept(sheet, saved, editing);

  const canSave = editing.isChanged && isRight && !isSaving;
  const store = async () => {
    if (!canSave) {
      tell(t(editing.isChanged ? "fences.cannot_save" : "fences.nothing_to_save"), editing.isChanged ? "bad" : "plain");
      return;
    }
    setSaving(true);
    const sent = editing.document;
    const answer = await save(sheet, text, why);
    setSaving(false);
    if (answer?.conflict) setConflict(answer.conflict);
    else if (answer) {
      const base = JSON.parse(answer.text);
      const kept = drafts.get(keyOf(sheet));
      if (kept?.document === sent) drafts.delete(keyOf(sheet));
      else if (kept) drafts.set(keyOf(sheet), { ...kept, base, sha256: answer.sha256 });
      setWhy((now) => (now === why ? "" : now));
      tell(t("fences.saved", { number: answer.number }), "good");
      onsaved({ ...sheet, text: answer.text, sha256: answer.sha256 });
      if (held.current === sent) editing.startAgain(base);
      else editing.goOn(base, held.current);
    }
  };
  const takeMerged = (document, theirs, base) => {
    setConflict(null);
    onsaved({ ...sheet, text: theirs.text, sha256: theirs.sha256 });
    editing.startAgain(base);
    editing.replace(document);
  };
  useShortcuts(editing, zoom, store);
  const room = useRoom();

  if (!editing.frame) return html`<p class="fault" role="alert">${t("fences.no_ground")}</p>`;
  const arrows = arrowsOf(editing.shapes, size, editing.frame, sheet.ground);
  const boxes = event ? event.boxes.map((xyxy, n) => ({ key: n, xyxy, text: event.classes[n] ?? "", tone: "raised" })) : [];
  // Of a file that is only begun nobody need be told that it holds nothing.
  const serverFaults = checked.text === text && (editing.isChanged || editing.shapes.length) ? checked.faults : [];
  const shapes = editing.shapes.map((one) => ({ ...one, fault: one.fault || serverFaults.some((fault) => fault.feature === one.index) }));
  const act = {
    ...editing,
    key: (press) => stageKey(press, editing),
  };
  return html`
    <div class="editor" ref=${room}>
      <${Toolbar} editing=${editing} zoom=${zoom} askPicture=${askPicture} />
      <div class="surface">
        <${Surface} picture=${picture === "none" ? null : picture} size=${size} label=${t("fences.picture_of", { name: sheet.camera_name })}
          zoom=${zoom} shapes=${shapes} chosen=${editing.chosen} tool=${editing.tool} drawing=${editing.drawing} cursor=${editing.cursor}
          directions=${arrows} boxes=${boxes} under=${areDotsShown && objects.found ? dots(objects.points, objects.found) : null} act=${act} />
        ${picture === "none" && html`<p class="no-picture">${t("fences.no_picture")}</p>`}
        ${editing.tool !== "select" && html`<p class="tool-hint">${t(`fences.hint.${editing.tool}`)}</p>`}
      </div>
      <aside class="side" aria-label=${t("fences.side")}>
        <section class="card saving" aria-label=${t("fences.save")}>
          <${Faults} editing=${editing} serverFaults=${serverFaults} />
          <div class="row">
            <input name="why" class="why" maxlength="500" placeholder=${t("fences.why")} aria-label=${t("fences.why")} value=${why} onInput=${(change) => setWhy(change.target.value)} />
            <button type="button" id="save" class="main" disabled=${!canSave} onClick=${store}>${t("fences.save")}</button>
          </div>
          <p class="state ${editing.isChanged ? "unsaved" : ""}">${t(editing.isChanged ? "fences.unsaved" : "fences.is_saved")}</p>
          <${RunState} run=${run} />
          ${sheet.shared_with.length > 0 && html`<p class="hint">${t("fences.shared", { cameras: sheet.shared_with.join(", ") })}</p>`}
        </section>
        <section class="card"><h2>${t("fences.shapes")}</h2>
          <${ShapeList} editing=${editing} serverFaults=${serverFaults} rulesByZone=${checked.rules_by_zone} categories=${sheet.choices.categories} /></section>
        <section class="card"><h2>${editing.shape ? editing.shape.name || editing.shape.id : t("fences.properties")}</h2>
          <${Properties} editing=${editing} choices=${sheet.choices} rulesByZone=${checked.rules_by_zone} /></section>
        <section class="card" id="trial"><h2>${t("fences.day")}</h2>
          <${TrialPanel} trial=${trial} isOn=${isTrialOn} setOn=${setTrialOn} chosen=${event} choose=${setEvent} /></section>
        <section class="card" id="objects"><h2>${t("fences.hour")}</h2>
          <${ObjectsPanel} objects=${objects} editing=${editing} isShown=${areDotsShown} setShown=${setDots} /></section>
        <section class="card" id="versions"><h2>${t("fences.versions")}</h2>
          <${Versions} sheet=${sheet} sha256=${sheet.sha256} take=${(document, number) => {
            editing.replace(document);
            tell(t("fences.version_loaded", { number }), "plain");
          }} /></section>
      </aside>
    </div>
    ${conflict && html`<${Conflict} conflict=${conflict} base=${saved} mine=${editing.document} take=${takeMerged} onclose=${() => setConflict(null)} />`}`;
}

/** The editor has what is left of the window, whatever stands above it: the page itself is not to scroll. */
function useRoom() {
  const room = useRef(null);
  useEffect(() => {
    const measure = () => room.current?.style.setProperty("--above", `${room.current.getBoundingClientRect().top + scrollY}px`);
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    measure();
    return () => observer.disconnect();
  }, []);
  return room;
}

const keyOf = (sheet) => `${sheet.camera}/${sheet.view}`;

/** What is not saved outlives a look at another page, and the browser asks before it is thrown away. */
function useKept(sheet, saved, editing) {
  const now = useRef({});
  now.current = { ...editing, base: saved, sha256: sheet.sha256 };
  useEffect(() => {
    const kept = drafts.get(keyOf(sheet));
    if (kept) {
      // Of a file that somebody saved meanwhile, both changes are kept, as after a conflict.
      const isSame = kept.sha256 === sheet.sha256;
      const { document, both } = isSame ? { document: kept.document, both: [] } : mergedOnto(kept.base, kept.document, saved);
      editing.replace(document);
      if (both.length) tell(t("fences.draft_both", { ids: both.join(", ") }), "bad");
      else tell(t(isSame ? "fences.draft_kept" : "fences.draft_merged"), "plain");
    }
    drafts.delete(keyOf(sheet));
    const ask = (event) => {
      if (now.current.isChanged) event.preventDefault();
    };
    addEventListener("beforeunload", ask);
    return () => {
      removeEventListener("beforeunload", ask);
      const { isChanged, document, base, sha256 } = now.current;
      if (isChanged) drafts.set(keyOf(sheet), { document, base, sha256 });
    };
  }, [sheet.camera, sheet.view]);
}

/** Enter and the space bar belong to the picture alone: elsewhere they press buttons. */
function stageKey(press, editing) {
  if (press.key === "Enter" && editing.drawing) editing.close();
  else if (press.key === " " && editing.drawing) editing.drawAtCursor();
  else if (press.key === "Enter" && editing.shape) editing.split();
  else return;
  press.preventDefault();
}

function useShortcuts(editing, zoom, store) {
  const tools = { v: "select", p: "area", l: "line", m: "mask" };
  const canNudge = editing.drawing || editing.shape;
  const arrows = canNudge ? ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"] : [];
  useKeys({
    ...Object.fromEntries(Object.entries(tools).map(([key, tool]) => [key, [`fences.tool.${tool}`, () => editing.take(tool)]])),
    ...Object.fromEntries(arrows.map((key) => [key, ["fences.key.nudge", editing.nudge]])),
    Delete: ["fences.key.delete", editing.remove],
    Backspace: ["fences.key.delete", editing.remove],
    Escape: ["fences.key.escape", editing.escape],
    i: ["fences.key.split", editing.split],
    ".": ["fences.key.next_vertex", () => editing.vertexBy(1)],
    ",": ["fences.key.previous_vertex", () => editing.vertexBy(-1)],
    "]": ["fences.key.next_shape", () => editing.shapeBy(1)],
    "[": ["fences.key.previous_shape", () => editing.shapeBy(-1)],
    "+": ["fences.key.zoom_in", () => zoom.zoomBy(1.4)],
    "-": ["fences.key.zoom_out", () => zoom.zoomBy(1 / 1.4)],
    0: ["fences.key.whole", zoom.whole],
    u: ["fences.undo", editing.undo],
    r: ["fences.redo", editing.redo],
  });
  const now = useRef({});
  now.current = { editing, store };
  useEffect(() => {
    const press = (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      const isTyping = event.target.closest?.("input:not([type=checkbox]), textarea");
      const key = event.key.toLowerCase();
      if (key === "s") now.current.store();
      else if (isTyping) return;
      else if (key === "z" && !event.shiftKey) now.current.editing.undo();
      else if (key === "y" || key === "z") now.current.editing.redo();
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
}

function Toolbar({ editing, zoom, askPicture }) {
  const tools = [["select", "V"], ["area", "P"], ["line", "L"], ["mask", "M"]];
  const { history } = editing;
  return html`<div class="toolbar" role="toolbar" aria-label=${t("fences.tools")}>
    ${tools.map(([tool, key]) => html`<button key=${tool} type="button" id=${`tool-${tool}`} aria-pressed=${editing.tool === tool} title=${`${t(`fences.tool.${tool}`)} (${key})`} onClick=${() => editing.take(tool)}>${t(`fences.tool.${tool}`)}</button>`)}
    <span class="gap" />
    ${editing.drawing && html`<button type="button" onClick=${editing.close}>${t("fences.finish")}</button>`}
    <button type="button" id="undo" disabled=${!editing.drawing && !history.past.length} title="Ctrl+Z" onClick=${editing.undo}>${t("fences.undo")}</button>
    <button type="button" id="redo" disabled=${Boolean(editing.drawing) || !history.future.length} title="Ctrl+Y" onClick=${editing.redo}>${t("fences.redo")}</button>
    <button type="button" disabled=${!editing.shape && !editing.drawing?.length} onClick=${editing.remove}>${t(editing.chosen?.vertex !== null && editing.chosen ? "fences.delete_vertex" : "fences.delete")}</button>
    <span class="gap" />
    <button type="button" aria-label=${t("fences.key.zoom_out")} title=${t("fences.key.zoom_out")} onClick=${() => zoom.zoomBy(1 / 1.4)}>−</button>
    <button type="button" title=${t("fences.key.whole")} onClick=${zoom.whole}>${Math.round(zoom.view.zoom * 100)} %</button>
    <button type="button" aria-label=${t("fences.key.zoom_in")} title=${t("fences.key.zoom_in")} onClick=${() => zoom.zoomBy(1.4)}>+</button>
    <button type="button" onClick=${askPicture}>${t("fences.new_picture")}</button>
  </div>`;
}
