// Where objects stood in the last hour, and which of them a draft would have had inside: worked out here, as one draws.
import { html } from "../html.js";
import { isInside } from "./geometry.js";

/**
 * Each point's shapes under a draft. points: columns as the server tells them; shapes: from shapesOf.
 * Returns {inside: [[index, ...], ...], masked: [bool, ...]}.
 */
export function placed(points, shapes) {
  const areas = shapes.filter((one) => !one.isLine && !one.isMask).map(bounded);
  const masks = shapes.filter((one) => one.isMask && !one.isLine).map(bounded);
  const holds = (one, x, y) => x >= one.low[0] && x <= one.high[0] && y >= one.low[1] && y <= one.high[1] && isInside([x, y], one.points);
  const masked = points.x.map((x, n) => masks.some((one) => holds(one, x, points.y[n])));
  const inside = points.x.map((x, n) => (masked[n] ? [] : areas.filter((one) => holds(one, x, points.y[n])).map((one) => one.index)));
  return { inside, masked };
}

function bounded(shape) {
  const axis = (n) => shape.points.map((point) => point[n]);
  return { index: shape.index, points: shape.points, low: [Math.min(...axis(0)), Math.min(...axis(1))], high: [Math.max(...axis(0)), Math.max(...axis(1))] };
}

/** How many objects of each class were in a shape, and the longest that one stayed: [{id, zh, en, count, longest_s}]. */
export function counted(points, found, index) {
  const byClass = new Map();
  points.x.forEach((_, n) => {
    if (!found.inside[n].includes(index)) return;
    const one = points.classes[points.kind[n]];
    const known = byClass.get(one.id) ?? { ...one, tracks: new Map() };
    known.tracks.set(points.track[n], (known.tracks.get(points.track[n]) ?? 0) + points.stay_s[n]);
    byClass.set(one.id, known);
  });
  return [...byClass.values()].map(({ tracks, ...one }) => ({ ...one, count: tracks.size, longest_s: Math.max(...tracks.values()) }));
}

/** The points as dots: three paths, however many points there are. */
export function dots(points, found) {
  const kinds = { outside: [], masked: [], inside: [] };
  points.x.forEach((x, n) => {
    const kind = found.masked[n] ? "masked" : found.inside[n].length ? "inside" : "outside";
    kinds[kind].push([x, points.y[n]]);
  });
  return (frame) => Object.entries(kinds).map(([kind, list]) => html`<path key=${kind} class="dots ${kind}"
    d=${list.map(([x, y]) => `M${frame.x(x).toFixed(1)} ${frame.y(y).toFixed(1)}h0`).join("")} />`);
}
