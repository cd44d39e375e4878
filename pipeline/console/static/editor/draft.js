// A fence file as it is edited: GeoJSON that is never changed, only replaced. What the editor does not know stays in it.

import { distinct, heldStep, projected } from "./geometry.js";

const DIGITS = 5; // of shares: a sixth of a pixel of a 4K picture is 0.00004
const GROUND_DIGITS = 8; // of degrees: a millimetre

/** How coordinates of the file become shares of the picture, and the other way. */
export function frameOf(document, ground) {
  if (document.frame !== "geographic") {
    return {
      isGround: false,
      toPicture: ([x, y]) => [x, y],
      toFile: ([x, y]) => [round(x, DIGITS), round(y, DIGITS)],
    };
  }
  if (!ground) return null;
  const { to_metres, to_picture, origin, metres_per_unit } = ground;
  return {
    isGround: true,
    toPicture: (point) => projected(to_picture, [0, 1].map((axis) => (point[axis] - origin[axis]) * metres_per_unit[axis])),
    toFile: (point) => {
      const metres = projected(to_metres, point);
      return metres && [0, 1].map((axis) => round(metres[axis] / metres_per_unit[axis] + origin[axis], GROUND_DIGITS));
    },
  };
}

/** The shapes of a document: [{index, id, name, category, isLine, isMask, points, properties}], points in shares. */
export function shapesOf(document, frame) {
  return (document.features ?? []).map((feature, index) => {
    const properties = feature.properties ?? {};
    const isLine = feature.geometry?.type === "LineString";
    const points = positionsOf(feature).map((position) => frame.toPicture(position));
    return {
      index, isLine, properties, feature,
      id: String(properties.id ?? ""),
      name: properties.name ?? String(properties.id ?? ""),
      category: properties.category ?? "",
      isMask: properties.mask === true,
      points: points.filter(Boolean),
      isWhole: points.every(Boolean) && points.length > 0,
    };
  });
}

/** The positions of a feature's outline, a ring without its closing one. */
function positionsOf(feature) {
  const coordinates = feature.geometry?.coordinates;
  const list = feature.geometry?.type === "LineString" ? coordinates : coordinates?.[0];
  if (!Array.isArray(list) || !list.every((one) => Array.isArray(one) && one.length >= 2)) return [];
  return isClosed(feature) ? list.slice(0, -1) : list;
}

function isClosed(feature) {
  if (feature.geometry?.type === "LineString") return false;
  const ring = feature.geometry?.coordinates?.[0] ?? [];
  const [first, last] = [ring[0], ring[ring.length - 1]];
  return ring.length > 1 && first[0] === last[0] && first[1] === last[1];
}

function withPositions(document, index, positions) {
  const feature = document.features[index];
  const isLine = feature.geometry.type === "LineString";
  const closed = isLine || !isClosed(feature) ? positions : [...positions, [...positions[0]]];
  const coordinates = isLine ? closed : [closed, ...feature.geometry.coordinates.slice(1)];
  return withFeature(document, index, { ...feature, geometry: { ...feature.geometry, coordinates } });
}

function withFeature(document, index, feature) {
  return { ...document, features: document.features.map((one, i) => (i === index ? feature : one)) };
}

/** A position moved to a point of the picture; a height after it is kept. */
function placed(position, point, frame) {
  const place = frame.toFile(point);
  return place ? [...place, ...position.slice(2)] : position;
}

export function withVertexAt(document, index, vertex, point, frame) {
  const positions = positionsOf(document.features[index]);
  return withPositions(document, index, positions.map((one, i) => (i === vertex ? placed(one, point, frame) : one)));
}

/** A new vertex after the one of that place. */
export function withVertexAfter(document, index, vertex, point, frame) {
  const positions = positionsOf(document.features[index]);
  const added = frame.toFile(point);
  if (!added) return document;
  return withPositions(document, index, [...positions.slice(0, vertex + 1), added, ...positions.slice(vertex + 1)]);
}

/** Without a vertex; a shape that would have too few keeps it. */
export function withoutVertex(document, index, vertex) {
  const feature = document.features[index];
  const positions = positionsOf(feature);
  const least = feature.geometry.type === "LineString" ? 2 : 3;
  if (positions.length <= least) return document;
  return withPositions(document, index, positions.filter((_, i) => i !== vertex));
}

/** A shape moved by a step in shares, as far as the picture goes. */
export function withShapeMoved(document, index, step, frame) {
  const positions = positionsOf(document.features[index]);
  const points = positions.map((one) => frame.toPicture(one));
  const [dx, dy] = heldStep(points.filter(Boolean), step);
  if (dx === 0 && dy === 0) return document;
  const moved = positions.map((one, i) => (points[i] ? placed(one, [points[i][0] + dx, points[i][1] + dy], frame) : one));
  return withPositions(document, index, moved);
}

/** With a further shape at the end; its place is the number of those before. */
export function withShape(document, { isLine, isMask, points, category }, frame) {
  const positions = distinct(points.map((point) => frame.toFile(point)).filter(Boolean), !isLine);
  const properties = { id: freeId(document, isMask ? "mask" : isLine ? "line" : "zone") };
  if (isMask) properties.mask = true;
  else properties.category = category;
  const geometry = isLine
    ? { type: "LineString", coordinates: positions }
    : { type: "Polygon", coordinates: [[...positions, [...positions[0]]]] };
  const feature = { type: "Feature", properties, geometry };
  return { ...document, features: [...(document.features ?? []), feature] };
}

export function withoutShape(document, index) {
  return { ...document, features: document.features.filter((_, i) => i !== index) };
}

/** With a property set; undefined takes it away. */
export function withProperty(document, index, key, value) {
  const feature = document.features[index];
  const properties = { ...feature.properties };
  if (value === undefined) delete properties[key];
  else properties[key] = value;
  return withFeature(document, index, { ...feature, properties });
}

/** Made a mask, or no mask any more: a mask holds always and for everything. */
export function withMask(document, index, isMask, category) {
  let next = withProperty(document, index, "mask", isMask ? true : undefined);
  if (isMask) for (const key of ["schedule", "min_area", "max_area"]) next = withProperty(next, index, key, undefined);
  else if (!next.features[index].properties.category) next = withProperty(next, index, "category", category);
  return next;
}

export function freeId(document, prefix) {
  const taken = new Set((document.features ?? []).map((one) => one.properties?.id));
  for (let n = 1; ; n += 1) if (!taken.has(`${prefix}-${n}`)) return `${prefix}-${n}`;
}

function byId(document) {
  return new Map((document.features ?? []).map((one) => [String(one.properties?.id), one]));
}

const isSame = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** In what a document differs from another, by the ids of shapes: {added, removed, changed}. */
export function changesBetween(before, after) {
  const [old, now] = [byId(before), byId(after)];
  return {
    added: [...now.keys()].filter((id) => !old.has(id)),
    removed: [...old.keys()].filter((id) => !now.has(id)),
    changed: [...now.keys()].filter((id) => old.has(id) && !isSame(old.get(id), now.get(id))),
  };
}

/** My changes of a base put on what others made of it. Returns {document, both}: ids that both have changed; mine hold. */
export function mergedOnto(base, mine, theirs) {
  const own = changesBetween(base, mine);
  const other = changesBetween(base, theirs);
  const touched = new Set([...other.added, ...other.removed, ...other.changed]);
  const mineById = byId(mine);
  const kept = (theirs.features ?? [])
    .filter((one) => !own.removed.includes(String(one.properties?.id)))
    .map((one) => {
      const id = String(one.properties?.id);
      return own.changed.includes(id) || own.added.includes(id) ? mineById.get(id) : one;
    });
  const there = new Set(kept.map((one) => String(one.properties?.id)));
  const added = [...own.added, ...own.changed].filter((id) => !there.has(id)).map((id) => mineById.get(id));
  return {
    document: { ...theirs, features: [...kept, ...added] },
    both: [...own.added, ...own.removed, ...own.changed].filter((id) => touched.has(id)),
  };
}

function round(value, digits) {
  return Number(value.toFixed(digits));
}
