// What is being edited: the draft with its history, what is chosen, what is being drawn. Says what each act does to them.
import { useMemo, useRef, useState } from "../html.js";
import { directionTo } from "./direction.js";
import {
  frameOf, shapesOf, withMask, withProperty, withShape, withShapeMoved, withVertexAfter, withVertexAt, withoutShape, withoutVertex,
} from "./draft.js";
import { faultOf, heldStep, middle } from "./geometry.js";
import { begun, changed, redone, undone } from "./history.js";

const NUDGE_PX = 1;
const LONG_NUDGE_PX = 10;

const faults = new WeakMap();

function faultOfShape(shape, isGround) {
  if (!faults.has(shape.feature)) faults.set(shape.feature, shape.isWhole ? faultOf(shape.points, shape.isLine, !isGround) : "behind");
  return faults.get(shape.feature);
}

/** saved: the document as it is in the file; ground: how the picture lies on it, or null; size: of the picture, px. */
export function useEditing(saved, ground, size, category) {
  const [history, setHistory] = useState(() => begun(saved));
  const [chosen, choose] = useState(null);
  const [tool, setTool] = useState("select");
  const [drawing, setDrawing] = useState(null);
  const [cursor, setCursor] = useState(null);
  const before = useRef(null);
  const document = history.now;
  const frame = useMemo(() => frameOf(document, ground), [document.frame, ground]);
  const shapes = useMemo(
    () => (frame ? shapesOf(document, frame).map((one) => ({ ...one, fault: faultOfShape(one, frame.isGround) })) : []),
    [document, frame],
  );
  const shape = chosen ? shapes[chosen.shape] : undefined;
  const edit = (change, tag = "") => setHistory((one) => changed(one, change(one.now), tag));

  const take = (name) => {
    setTool(name);
    setDrawing(name === "select" ? null : []);
    setCursor(null);
    if (name !== "select") choose(null);
  };

  const close = () => {
    const points = (drawing ?? []).filter((point, i, all) => i === 0 || point[0] !== all[i - 1][0] || point[1] !== all[i - 1][1]);
    if (points.length < (tool === "line" ? 2 : 3)) return;
    const place = document.features?.length ?? 0;
    edit((one) => withShape(one, { isLine: tool === "line", isMask: tool === "mask", points, category }, frame));
    take("select");
    choose({ shape: place, vertex: null });
  };

  const nudge = (event) => {
    const px = event.shiftKey ? LONG_NUDGE_PX : NUDGE_PX;
    const [x, y] = { ArrowLeft: [-px, 0], ArrowRight: [px, 0], ArrowUp: [0, -px], ArrowDown: [0, px] }[event.key];
    const step = [x / size[0], y / size[1]];
    if (drawing) {
      const from = cursor ?? drawing[drawing.length - 1] ?? [0.5, 0.5];
      const wide = [step[0] * 4, step[1] * 4];
      const held = heldStep([from], wide);
      setCursor([from[0] + held[0], from[1] + held[1]]);
    } else if (shape && chosen.vertex !== null) {
      const from = shape.points[chosen.vertex];
      const held = heldStep([from], step);
      edit((one) => withVertexAt(one, chosen.shape, chosen.vertex, [from[0] + held[0], from[1] + held[1]], frame), `nudge ${chosen.shape} ${chosen.vertex}`);
    } else if (shape) edit((one) => withShapeMoved(one, chosen.shape, step, frame), `nudge ${chosen.shape}`);
  };

  const remove = () => {
    if (drawing) {
      setDrawing(drawing.slice(0, -1));
    } else if (shape && chosen.vertex !== null) {
      edit((one) => withoutVertex(one, chosen.shape, chosen.vertex));
      choose({ ...chosen, vertex: null });
    } else if (shape) {
      edit((one) => withoutShape(one, chosen.shape));
      choose(null);
    }
  };

  const escape = () => {
    if (before.current) cancel();
    else if (drawing?.length) setDrawing([]);
    else if (drawing) take("select");
    else if (chosen && chosen.vertex !== null) choose({ ...chosen, vertex: null });
    else choose(null);
  };

  /** A gesture is one step of the history: it begins from what was there, whatever it passes on its way. */
  const begin = (from = document) => {
    before.current = { history, from };
  };
  const during = (change) => {
    if (!before.current) begin();
    const { history: was, from } = before.current;
    setHistory(changed(was, change(from)));
  };
  const end = () => {
    before.current = null;
  };
  const cancel = () => {
    if (before.current) setHistory(before.current.history);
    before.current = null;
  };

  const vertexBy = (count) => {
    if (!shape) return;
    const total = shape.points.length;
    choose({ ...chosen, vertex: chosen.vertex === null ? (count > 0 ? 0 : total - 1) : (chosen.vertex + count + total) % total });
  };
  const shapeBy = (count) => {
    if (!shapes.length) return;
    choose({ shape: chosen ? (chosen.shape + count + shapes.length) % shapes.length : count > 0 ? 0 : shapes.length - 1, vertex: null });
  };
  /** By keys: a vertex halfway to the next one. */
  const split = () => {
    if (!shape) return;
    const from = chosen.vertex ?? 0;
    const isLast = shape.isLine && from === shape.points.length - 1;
    const at = isLast ? from - 1 : from;
    const point = middle([shape.points[at], shape.points[(at + 1) % shape.points.length]]);
    edit((one) => withVertexAfter(one, chosen.shape, at, point, frame));
    choose({ ...chosen, vertex: at + 1 });
  };

  return {
    document, history, frame, shapes, shape, chosen, tool, drawing, cursor,
    isChanged: document !== saved && JSON.stringify(document) !== JSON.stringify(saved),
    faults: shapes.filter((one) => one.fault),
    choose, take, close, nudge, remove, escape, begin: () => begin(), end, cancel, vertexBy, shapeBy, split,
    draw: (point) => {
      setDrawing([...(drawing ?? []), point]);
      setCursor(null);
    },
    drawAtCursor: () => {
      setDrawing([...drawing, cursor ?? [0.5, 0.5]]);
    },
    moveVertex: (index, vertex, point) => during((one) => withVertexAt(one, index, vertex, point, frame)),
    addVertex: (index, vertex, point) => {
      begin(withVertexAfter(document, index, vertex, point, frame));
      during((one) => one);
      choose({ shape: index, vertex: vertex + 1 });
    },
    moveShape: (index, step) => during((one) => withShapeMoved(one, index, step, frame)),
    turn: (index, from, to) => {
      const degrees = directionTo(from, to, size, frame, ground);
      if (degrees !== null) during((one) => withProperty(one, index, "direction", degrees));
    },
    setProperty: (key, value) => edit((one) => withProperty(one, chosen.shape, key, value), `${key} ${chosen.shape}`),
    setMask: (isMask) => edit((one) => withMask(one, chosen.shape, isMask, category)),
    replace: (next) => {
      edit(() => next);
      choose(null);
    },
    startAgain: (next) => {
      setHistory(begun(next));
      choose(null);
    },
    /** The file holds `next` now; what was changed since goes on as a change of it. */
    goOn: (next, current) => setHistory(changed(begun(next), current)),
    undo: () => {
      if (drawing) {
        if (drawing.length) setDrawing(drawing.slice(0, -1));
        else take("select");
        return;
      }
      setHistory(undone);
      choose(null);
    },
    redo: () => {
      if (drawing) return;
      setHistory(redone);
      choose(null);
    },
  };
}
