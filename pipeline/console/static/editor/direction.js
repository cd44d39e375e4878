// Which way counts: degrees clockwise from up in the picture, or from north where the file is drawn on the ground.
import { degreesOf, middle, projected, stepOf } from "./geometry.js";

const STEP_M = 1;

/** Arrows of shapes that have a direction, and of lines, where it is implied: [{index, at, step, isImplied}]; steps in px. */
export function arrowsOf(shapes, size, frame, ground) {
  return shapes.flatMap((shape) => {
    const given = shape.properties.direction;
    if (shape.points.length < 2 || shape.isMask) return [];
    if (typeof given === "number") {
      const at = middle(shape.points);
      const step = frame.isGround && ground ? groundStep(at, given, size, ground) : stepOf(given);
      return step ? [{ index: shape.index, at, step, isImplied: false }] : [];
    }
    return shape.isLine ? [{ index: shape.index, ...implied(shape.points, size), isImplied: true }] : [];
  });
}

/** A line without a direction is crossed from its left to its right, as it is drawn. */
function implied(points, [width, height]) {
  const [a, b] = [points[Math.floor((points.length - 1) / 2)], points[Math.floor((points.length - 1) / 2) + 1]];
  const [dx, dy] = [(b[0] - a[0]) * width, (b[1] - a[1]) * height];
  return { at: middle([a, b]), step: [-dy, dx] };
}

function groundStep(at, bearing, [width, height], ground) {
  const start = projected(ground.to_metres, at);
  if (!start) return null;
  const [east, up] = stepOf(bearing);
  const ahead = projected(ground.to_picture, [start[0] + east * STEP_M, start[1] - up * STEP_M]);
  return ahead && [(ahead[0] - at[0]) * width, (ahead[1] - at[1]) * height];
}

/** The direction from one point of the picture to another, whole degrees; null above the horizon. */
export function directionTo(from, to, [width, height], frame, ground) {
  if (!frame.isGround) return Math.round(degreesOf([(to[0] - from[0]) * width, (to[1] - from[1]) * height])) % 360;
  const [a, b] = [projected(ground.to_metres, from), projected(ground.to_metres, to)];
  return a && b ? Math.round(degreesOf([b[0] - a[0], -(b[1] - a[1])])) % 360 : null;
}
