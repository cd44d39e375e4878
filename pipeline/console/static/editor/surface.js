// The picture with the shapes on it, as it is drawn on: pointer, zoom, handles. What a gesture means is told by callbacks.
import { html, useEffect, useLayoutEffect, useRef, useState } from "../html.js";
import { Scene } from "../scene.js";
import { t } from "../texts.js";
import { degreesOf, edges, middle, snapped, stepOf } from "./geometry.js";

const SNAP_PX = 9;
const TOUCH_SNAP_PX = 18;
const CLICK_PX = 4;
const MOST_ZOOM = 12;
const ARROW_PX = 46;

/** Zoom and place of the picture: {zoom, x, y}; x and y are px of the stage at which the picture's room begins. */
const WHOLE = { zoom: 1, x: 0, y: 0 };

export function useZoom() {
  const stage = useRef(null);
  const [view, setView] = useState(WHOLE);
  const at = (next, room) => ({
    zoom: next.zoom,
    x: Math.min(0, Math.max(room.width * (1 - next.zoom), next.x)),
    y: Math.min(0, Math.max(room.height * (1 - next.zoom), next.y)),
  });
  const zoomBy = (factor, event) => setView((before) => {
    const room = stage.current.getBoundingClientRect();
    const zoom = Math.min(MOST_ZOOM, Math.max(1, before.zoom * factor));
    const [x, y] = event ? [event.clientX - room.left, event.clientY - room.top] : [room.width / 2, room.height / 2];
    const scale = zoom / before.zoom;
    return at({ zoom, x: x - (x - before.x) * scale, y: y - (y - before.y) * scale }, room);
  });
  const panBy = (dx, dy) => setView((before) => at({ ...before, x: before.x + dx, y: before.y + dy }, stage.current.getBoundingClientRect()));
  return { stage, view, zoomBy, panBy, whole: () => setView(WHOLE) };
}

/**
 * picture, size, label: as for Scene. zoom: from useZoom.
 * shapes: [{index, points, isLine, isMask, name, fault, ...}]; chosen: {shape, vertex}.
 * tool: "select", "area", "line", "mask"; drawing: the points so far, or null; cursor: a point moved by keys, or null.
 * act: {choose, moveVertex, addVertex, moveShape, turn, draw, close, begin, end} called with what was done.
 */
export function Surface({ picture, size, label, zoom, shapes, chosen, tool, drawing, cursor, directions, boxes, under, act }) {
  const frame = useRef(null);
  const [hover, setHover] = useState(null);
  const gesture = useRef(null);
  const touches = useRef(new Map());
  const isDrawing = tool !== "select";

  const targets = (except) => shapes
    .filter((one) => one.index !== except)
    .map((one) => ({ points: one.points, isRing: !one.isLine }))
    .concat(drawing ? [{ points: drawing, isLoose: true }] : []);
  const place = (event, except, own = []) => {
    const point = frame.current.share(event);
    if (event.altKey) return { point, kind: "" };
    const radius = event.pointerType === "touch" ? TOUCH_SNAP_PX : SNAP_PX;
    return snapped(point, [...targets(except), ...own], [frame.current.width, frame.current.height], radius);
  };
  const own = (shape, vertex) => {
    const one = shapes.find((other) => other.index === shape);
    // Its neighbours are snapped to as points, not its own edges: they follow the vertex.
    return one ? [{ points: one.points.filter((_, i) => i !== vertex), isLoose: true }] : [];
  };

  const down = (event) => {
    zoom.stage.current.focus({ preventScroll: true });
    touches.current.set(event.pointerId, event);
    if (touches.current.size === 2) {
      cancel();
      return;
    }
    const mark = event.target.closest?.("[data-part]")?.dataset ?? {};
    gesture.current = { id: event.pointerId, part: mark.part ?? "", shape: Number(mark.shape), vertex: Number(mark.vertex), x: event.clientX, y: event.clientY, isMoved: false, from: frame.current.share(event) };
    event.currentTarget.setPointerCapture?.(event.pointerId);
    if (event.button === 1) gesture.current.part = "pan";
    if (!isDrawing && ["vertex", "shape", "edge"].includes(mark.part)) act.choose({ shape: Number(mark.shape), vertex: mark.part === "vertex" ? Number(mark.vertex) : null });
  };

  const move = (event) => {
    const before = touches.current.get(event.pointerId);
    if (touches.current.size === 2 && before) {
      pinch(event, before);
      return;
    }
    const now = gesture.current;
    if (!now) {
      if (isDrawing) setHover(place(event));
      return;
    }
    const isFar = Math.hypot(event.clientX - now.x, event.clientY - now.y) > CLICK_PX;
    if (!now.isMoved && !isFar) return;
    if (!now.isMoved) {
      now.isMoved = true;
      begin(now);
    }
    drag(now, event);
  };

  const begin = (now) => {
    if (now.part === "edge" && !isDrawing) {
      act.addVertex(now.shape, now.vertex, now.from);
      Object.assign(now, { part: "vertex", vertex: now.vertex + 1 });
      return;
    }
    if (!["vertex", "shape", "arrow"].includes(now.part) || isDrawing) now.part = isDrawing && now.part !== "pan" ? "draw" : "pan";
    if (now.part !== "pan" && now.part !== "draw") act.begin();
  };

  const drag = (now, event) => {
    if (now.part === "vertex") {
      const found = place(event, now.shape, own(now.shape, now.vertex));
      setHover(found.kind ? found : null);
      act.moveVertex(now.shape, now.vertex, found.point);
    } else if (now.part === "shape") {
      const point = frame.current.share(event);
      act.moveShape(now.shape, [point[0] - now.from[0], point[1] - now.from[1]]);
    } else if (now.part === "arrow") {
      const centre = middle(shapes.find((one) => one.index === now.shape).points);
      const point = frame.current.share(event);
      act.turn(now.shape, centre, point, frame.current);
    } else if (now.part === "draw") setHover(place(event));
    else {
      zoom.panBy(event.clientX - (now.lastX ?? now.x), event.clientY - (now.lastY ?? now.y));
      [now.lastX, now.lastY] = [event.clientX, event.clientY];
    }
  };

  const up = (event) => {
    touches.current.delete(event.pointerId);
    const now = gesture.current;
    gesture.current = null;
    if (!now || now.id !== event.pointerId) return;
    if (["vertex", "shape", "arrow"].includes(now.part) && now.isMoved) {
      setHover(null);
      act.end();
    } else if (isDrawing && event.button === 0 && now.part !== "pan") drawAt(event, now);
    else if (!now.isMoved && now.part === "") act.choose(null);
  };

  const drawAt = (event, now) => {
    if (now.part === "first") {
      act.close();
      return;
    }
    act.draw(place(event).point);
  };

  const cancel = () => {
    if (gesture.current?.isMoved) act.cancel();
    gesture.current = null;
    setHover(null);
  };

  const pinch = (event, before) => {
    const other = [...touches.current.values()].find((one) => one.pointerId !== event.pointerId);
    const apart = (one) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
    if (apart(before) > 0) zoom.zoomBy(apart(event) / apart(before), { clientX: (event.clientX + other.clientX) / 2, clientY: (event.clientY + other.clientY) / 2 });
    zoom.panBy((event.clientX - before.clientX) / 2, (event.clientY - before.clientY) / 2);
    touches.current.set(event.pointerId, event);
  };

  const leave = (event) => {
    touches.current.delete(event.pointerId);
    cancel();
  };

  useEffect(() => {
    const { current } = zoom.stage;
    const wheel = (event) => {
      event.preventDefault();
      zoom.zoomBy(Math.exp(-event.deltaY / 500), event);
    };
    current.addEventListener("wheel", wheel, { passive: false });
    return () => current.removeEventListener("wheel", wheel);
  }, []);
  useLayoutEffect(() => setHover(null), [tool, drawing === null]);

  const { zoom: factor, x, y } = zoom.view;
  const style = { left: `${x}px`, top: `${y}px`, width: `${factor * 100}%`, height: `${factor * 100}%` };
  const on = { onPointerDown: down, onPointerMove: move, onPointerUp: up, onPointerCancel: leave, onDblClick: () => isDrawing && act.close() };
  const tip = hover?.point ?? cursor;
  return html`<div class="fence-stage ${isDrawing ? "drawing" : ""}" ref=${zoom.stage} tabindex="0" role="application"
    aria-label=${t("fences.stage")} onKeyDown=${act.key}>
    <div class="sheet" style=${style}>
      <${Scene} picture=${picture} size=${size} label=${label} boxes=${boxes} on=${on}>
        ${(found) => {
          frame.current = found;
          return html`
            <rect class="ground" x="0" y="0" width=${found.width} height=${found.height} />
            ${under?.(found)}
            ${shapes.map((one) => html`<${Shape} key=${one.index} shape=${one} frame=${found} isChosen=${one.index === chosen?.shape} isIdle=${isDrawing} />`)}
            ${directions.map((one) => html`<${Arrow} key=${`a${one.index}`} arrow=${one} frame=${found} isChosen=${one.index === chosen?.shape && !isDrawing} />`)}
            ${!isDrawing && shapes.filter((one) => one.index === chosen?.shape).map((one) => html`<${Handles} key="handles" shape=${one} frame=${found} vertex=${chosen.vertex} />`)}
            ${drawing && html`<${Drawn} points=${drawing} tip=${tip} isLine=${tool === "line"} frame=${found} />`}
            ${tip && html`<${Tip} place=${hover ?? { point: cursor, kind: "key" }} frame=${found} />`}
          `;
        }}
      <//>
    </div>
  </div>`;
}

function Shape({ shape, frame, isChosen, isIdle }) {
  const corners = frame.points(shape.points);
  const kind = shape.isMask ? "mask" : shape.isLine ? "line" : "area";
  const [x, y] = shape.points.reduce((best, point) => (point[1] < best[1] ? point : best), shape.points[0] ?? [0, 0]);
  const name = `fence-shape ${kind} ${isChosen ? "chosen" : ""} ${shape.fault ? "wrong" : ""} ${isIdle ? "idle" : ""}`;
  return html`<g class=${name} data-part="shape" data-shape=${shape.index} data-id=${shape.id}>
    ${shape.isLine
      ? html`<polyline class="wide" points=${corners} /><polyline class="outline" points=${corners} />`
      : html`<polygon class="outline" points=${corners} />`}
    <text x=${frame.x(x)} y=${Math.max(14, frame.y(y) - 7)} text-anchor=${x > 0.75 ? "end" : "start"}>${shape.name || shape.id}</text>
  </g>`;
}

function Handles({ shape, frame, vertex }) {
  return html`<g class="handles">
    ${edges(shape.points, !shape.isLine).map(([i, j]) => {
      const [a, b] = [shape.points[i], shape.points[j]];
      const ends = { x1: frame.x(a[0]), y1: frame.y(a[1]), x2: frame.x(b[0]), y2: frame.y(b[1]) };
      const [mx, my] = middle([a, b]);
      return html`<g key=${`e${i}`} data-part="edge" data-shape=${shape.index} data-vertex=${i}>
        <line class="grip" ...${ends} />
        ${Math.hypot(ends.x2 - ends.x1, ends.y2 - ends.y1) > 44 && html`<circle class="midpoint" cx=${frame.x(mx)} cy=${frame.y(my)} r="4" />`}
      </g>`;
    })}
    ${shape.points.map(([x, y], i) => html`<g key=${`v${i}`} data-part="vertex" data-shape=${shape.index} data-vertex=${i}>
      <circle class="reach" cx=${frame.x(x)} cy=${frame.y(y)} r="12" />
      <circle class="vertex ${i === vertex ? "chosen" : ""}" cx=${frame.x(x)} cy=${frame.y(y)} r=${i === vertex ? 7 : 5.5} />
    </g>`)}
  </g>`;
}

/** Which way counts: from the middle of a shape, or to the far side of a line. */
function Arrow({ arrow, frame, isChosen }) {
  const [x, y] = [frame.x(arrow.at[0]), frame.y(arrow.at[1])];
  const [dx, dy] = stepOf(degreesOf(arrow.step));
  const [tipX, tipY] = [x + dx * ARROW_PX, y + dy * ARROW_PX];
  const wing = (turn) => `${tipX - 13 * (dx * Math.cos(turn) - dy * Math.sin(turn))},${tipY - 13 * (dx * Math.sin(turn) + dy * Math.cos(turn))}`;
  return html`<g class="arrow ${isChosen ? "chosen" : ""} ${arrow.isImplied ? "implied" : ""}">
    <line x1=${x} y1=${y} x2=${tipX} y2=${tipY} />
    <polyline points=${`${wing(0.5)} ${tipX},${tipY} ${wing(-0.5)}`} />
    ${isChosen && html`<circle class="vertex turn" data-part="arrow" data-shape=${arrow.index} cx=${tipX} cy=${tipY} r="7" />`}
  </g>`;
}

function Drawn({ points, tip, isLine, frame }) {
  const all = tip ? [...points, tip] : points;
  const canClose = !isLine && points.length > 2;
  return html`<g class="drawn">
    ${!isLine && all.length > 2 && html`<polygon class="inner" points=${frame.points(all)} />`}
    <polyline points=${frame.points(all)} />
    ${points.map(([x, y], i) => html`<circle key=${i} class="vertex ${i === 0 && canClose ? "first" : ""}" data-part=${i === 0 && canClose ? "first" : "drawn"} cx=${frame.x(x)} cy=${frame.y(y)} r=${i === 0 && canClose ? 8 : 5} />`)}
  </g>`;
}

function Tip({ place, frame }) {
  const [x, y] = place.point;
  return html`<g class="tip ${place.kind || "free"}">
    <circle cx=${frame.x(x)} cy=${frame.y(y)} r=${place.kind === "vertex" ? 10 : 7} />
    ${place.kind === "key" && html`<path d=${`M${frame.x(x) - 16} ${frame.y(y)}h32M${frame.x(x)} ${frame.y(y) - 16}v32`} />`}
  </g>`;
}
