// Geometry of fences, without a page: points are [x, y], shares of the picture's width and height unless a name says px.

const SMALLEST_SHARE = 1e-6;
const EDGE = 1e-9;

/** Rows of a 3 x 3 matrix times a point; null behind the camera. */
export function projected(matrix, [x, y]) {
  const depth = matrix[6] * x + matrix[7] * y + matrix[8];
  if (!(depth > 1e-12)) return null;
  return [
    (matrix[0] * x + matrix[1] * y + matrix[2]) / depth,
    (matrix[3] * x + matrix[4] * y + matrix[5]) / depth,
  ];
}

/** On which side of the way from a to b a point lies: above 0 to its right, as seen on the picture. */
export function side(a, b, point) {
  return (b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0]);
}

function within(a, b, point) {
  return (
    Math.min(a[0], b[0]) - EDGE <= point[0] && point[0] <= Math.max(a[0], b[0]) + EDGE &&
    Math.min(a[1], b[1]) - EDGE <= point[1] && point[1] <= Math.max(a[1], b[1]) + EDGE
  );
}

/** Whether two stretches have a point in common, an end of one on the other too. */
export function meet(a, b, c, d) {
  const [s1, s2, s3, s4] = [side(a, b, c), side(a, b, d), side(c, d, a), side(c, d, b)];
  if (((s1 > 0 && s2 < 0) || (s1 < 0 && s2 > 0)) && ((s3 > 0 && s4 < 0) || (s3 < 0 && s4 > 0))) return true;
  return (
    (s1 === 0 && within(a, b, c)) || (s2 === 0 && within(a, b, d)) ||
    (s3 === 0 && within(c, d, a)) || (s4 === 0 && within(c, d, b))
  );
}

/** Twice the area of a ring, above 0 where it runs clockwise as seen on the picture. */
export function doubleArea(ring) {
  return ring.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = ring[(i + 1) % ring.length];
    return sum + x * nextY - nextX * y;
  }, 0);
}

/** Points without any that repeats the one before it; of a ring also without a last one that repeats the first. */
export function distinct(points, isRing) {
  const kept = points.filter((point, i) => i === 0 || point[0] !== points[i - 1][0] || point[1] !== points[i - 1][1]);
  const [first, last] = [kept[0], kept[kept.length - 1]];
  if (isRing && kept.length > 1 && first[0] === last[0] && first[1] === last[1]) kept.pop();
  return kept;
}

/** Edges of an outline: [from, to] of places in it. */
export function edges(points, isRing) {
  const count = isRing ? points.length : points.length - 1;
  return Array.from({ length: Math.max(0, count) }, (_, i) => [i, (i + 1) % points.length]);
}

/** Where an outline crosses or touches itself: the first two edges that do; null: nowhere. */
export function crossing(points, isRing) {
  const all = edges(points, isRing);
  const last = points.length - 1;
  // A line may end where it begins.
  const isClosed = !isRing && points.length > 2 && points[0][0] === points[last][0] && points[0][1] === points[last][1];
  for (let i = 0; i < all.length; i += 1) {
    for (let j = i + 1; j < all.length; j += 1) {
      const [a, b] = all[i];
      const [c, d] = all[j];
      if (b === c || a === d || (isClosed && a === 0 && d === last)) {
        if (folds(points, all[i], all[j])) return [i, j];
      } else if (meet(points[a], points[b], points[c], points[d])) return [i, j];
    }
  }
  return null;
}

/** Whether an edge runs back along its neighbour. */
function folds(points, [a, b], [c, d]) {
  const [corner, one, other] = b === c ? [points[b], points[a], points[d]] : [points[a], points[b], points[c]];
  if (side(one, corner, other) !== 0) return false;
  return (one[0] - corner[0]) * (other[0] - corner[0]) + (one[1] - corner[1]) * (other[1] - corner[1]) > 0;
}

/** Whether corners are all on one line. */
function isFlat(corners) {
  return corners.every((corner) => side(corners[0], corners[1], corner) === 0);
}

/** What is wrong with an outline, as the key of a text; "" where nothing is. `isSeen`: all of it must be in the picture. */
export function faultOf(points, isLine, isSeen = true) {
  const corners = distinct(points, !isLine);
  if (corners.length < (isLine ? 2 : 3)) return isLine ? "too_few_line" : "too_few";
  if (isSeen && corners.some(([x, y]) => x < -EDGE || x > 1 + EDGE || y < -EDGE || y > 1 + EDGE)) return "outside";
  if (!isLine && isFlat(corners)) return "flat";
  if (crossing(corners, !isLine)) return isLine ? "crosses_line" : "crosses";
  return !isLine && isSeen && Math.abs(doubleArea(corners)) / 2 < SMALLEST_SHARE ? "small" : "";
}

/** Whether a point lies in a ring or on its outline. */
export function isInside(point, ring) {
  let odd = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
    const [a, b] = [ring[j], ring[i]];
    if (side(a, b, point) === 0 && within(a, b, point)) return true;
    if (a[1] > point[1] !== b[1] > point[1]) {
      const x = a[0] + ((point[1] - a[1]) * (b[0] - a[0])) / (b[1] - a[1]);
      if (point[0] < x) odd = !odd;
    }
  }
  return odd;
}

/** The point of a stretch that is nearest to another point; all in the same measure. */
export function nearestOn(a, b, point) {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const square = dx * dx + dy * dy;
  const share = square > 0 ? ((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / square : 0;
  const held = Math.min(1, Math.max(0, share));
  return [a[0] + held * dx, a[1] + held * dy];
}

/**
 * Where a point snaps to: a vertex before an edge before the border of the picture.
 *
 * targets: [{points, isRing, isLoose}], of loose ones the vertices alone; size: [width, height] of the picture in px; radius: in px.
 * Returns {point, kind}; kind is "vertex", "edge", "border" or "".
 */
export function snapped(point, targets, size, radius) {
  const [width, height] = size;
  const apart = (other) => Math.hypot((point[0] - other[0]) * width, (point[1] - other[1]) * height);
  const nearest = (candidates) => {
    const best = candidates.reduce((a, b) => (a === null || apart(b) < apart(a) ? b : a), null);
    return best !== null && apart(best) <= radius ? best : null;
  };
  const vertex = nearest(targets.flatMap((one) => one.points));
  if (vertex) return { point: [...vertex], kind: "vertex" };
  const toPx = ([x, y]) => [x * width, y * height];
  const onEdges = targets.filter((one) => !one.isLoose).flatMap(({ points, isRing }) =>
    edges(points, isRing).map(([i, j]) => {
      const [x, y] = nearestOn(toPx(points[i]), toPx(points[j]), toPx(point));
      return [x / width, y / height];
    }),
  );
  const edge = nearest(onEdges);
  const bordered = [near(point[0], width, radius), near(point[1], height, radius)];
  if (edge) return { point: edge, kind: "edge" };
  if (bordered[0] !== point[0] || bordered[1] !== point[1]) return { point: bordered, kind: "border" };
  return { point, kind: "" };
}

function near(share, length, radius) {
  if (share * length <= radius) return 0;
  return (1 - share) * length <= radius ? 1 : share;
}

/** A step that does not take any of the points out of the picture; of those that are out already it takes no heed. */
export function heldStep(points, [dx, dy]) {
  const seen = points.filter(([x, y]) => x >= 0 && x <= 1 && y >= 0 && y <= 1);
  if (seen.length === 0) return [dx, dy];
  const held = (step, values) => Math.min(1 - Math.max(...values), Math.max(-Math.min(...values), step));
  return [held(dx, seen.map(([x]) => x)), held(dy, seen.map(([, y]) => y))];
}

/** Degrees clockwise from up, in [0, 360), of a step in px. */
export function degreesOf([dx, dy]) {
  return ((Math.atan2(dx, -dy) * 180) / Math.PI + 360) % 360;
}

/** The step of length 1, in px, in a direction. */
export function stepOf(degrees) {
  return [Math.sin((degrees * Math.PI) / 180), -Math.cos((degrees * Math.PI) / 180)];
}

/** The middle of an outline's corners. */
export function middle(points) {
  return [0, 1].map((axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length);
}
