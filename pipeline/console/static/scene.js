// A camera's picture with what belongs on it: fences, boxes, and whatever a page draws on top.
//
// Points are shares of the picture's width and height, in [0, 1], from the top left. A page that draws more gives a
// function as its child: it gets the frame (see `frameOf`) and returns elements of an SVG that is measured in CSS px.

import { html, useLayoutEffect, useMemo, useRef, useState } from "./html.js";

const NAMES_FROM_PX = 240; // narrower than this there is no room for names

/** The largest part of a room that has a picture's shape, in its middle; all in px. */
export function fitted([pictureWidth, pictureHeight], [roomWidth, roomHeight]) {
  const scale = Math.min(roomWidth / pictureWidth, roomHeight / pictureHeight);
  const width = pictureWidth * scale;
  const height = pictureHeight * scale;
  return { left: (roomWidth - width) / 2, top: (roomHeight - height) / 2, width, height };
}

/** How shares of the picture become px of the drawing, and the pointer becomes shares. */
export function frameOf(width, height, element) {
  return {
    width,
    height,
    x: (share) => share * width,
    y: (share) => share * height,
    /** Corners for `<polygon points>`. */
    points: (corners) => corners.map(([x, y]) => `${x * width},${y * height}`).join(" "),
    /** Where the pointer is, held within the picture. */
    share: (event) => {
      const place = element().getBoundingClientRect();
      return [held((event.clientX - place.left) / place.width), held((event.clientY - place.top) / place.height)];
    },
  };
}

/** A picture that can be drawn from the bytes of a JPEG. The caller closes it when it is no longer shown. */
export function decoded(bytes) {
  return createImageBitmap(bytes instanceof Blob ? bytes : new Blob([bytes], { type: "image/jpeg" }));
}

/**
 * The drawing.
 *
 * picture: an ImageBitmap or image element; null where there is none.
 * size: [width, height] of the picture: its shape counts, before there is one too.
 * fences: [{id, name, points, is_line, is_mask, state}]; `state` is a class of its own, such as "chosen".
 * boxes: [{key, xyxy, text, tone}]; tone is "plain", "waits" or "raised".
 * label: what it is, for who does not see it.
 * dim: whether the picture is old.
 * on: handlers of the drawing by their names (`onPointerDown` ...).
 */
export function Scene({ picture, size, fences = [], boxes = [], label, dim = false, on = {}, children }) {
  const room = useRef(null);
  const drawing = useRef(null);
  const [roomSize, setRoomSize] = useState([0, 0]);
  useLayoutEffect(() => watchSize(room.current, setRoomSize), []);
  const place = fitted(size, roomSize);
  const frame = useMemo(
    () => frameOf(place.width, place.height, () => drawing.current),
    [place.width, place.height],
  );
  const style = {
    left: `${place.left}px`,
    top: `${place.top}px`,
    width: `${place.width}px`,
    height: `${place.height}px`,
  };
  const more = typeof children === "function" ? children : Array.isArray(children) ? children[0] : undefined;
  return html`<div class=${`scene${dim ? " scene-dim" : ""}`} ref=${room} role="img" aria-label=${label}>
    <${Pixels} picture=${picture} style=${style} />
    ${place.width > 0 &&
    html`<svg
      class="scene-drawing"
      ref=${drawing}
      style=${style}
      viewBox=${`0 0 ${place.width} ${place.height}`}
      ...${on}
    >
      ${fences.map((fence) => html`<${Fence} key=${fence.id} fence=${fence} frame=${frame} />`)}
      ${boxes.map((box) => html`<${Box} key=${box.key} box=${box} frame=${frame} />`)} ${more?.(frame)}
    </svg>`}
  </div>`;
}

function Pixels({ picture, style }) {
  const canvas = useRef(null);
  useLayoutEffect(() => {
    const { current } = canvas;
    if (!picture) {
      current.width = current.height = 1;
      return;
    }
    const [width, height] = [picture.naturalWidth ?? picture.width, picture.naturalHeight ?? picture.height];
    if (current.width !== width || current.height !== height) {
      [current.width, current.height] = [width, height];
    }
    if (width && height) {
      current.getContext("2d").drawImage(picture, 0, 0);
    }
  }, [picture]);
  return html`<canvas class="scene-picture" ref=${canvas} style=${style} aria-hidden="true" width="1" height="1" />`;
}

/** One fence, as on every page. */
export function Fence({ fence, frame }) {
  const kind = fence.is_mask ? "mask" : fence.is_line ? "line" : "area";
  const corners = frame.points(fence.points);
  const [x, y] = fence.points.reduce((best, point) => (point[1] < best[1] ? point : best));
  return html`<g class=${`scene-fence scene-${kind} ${fence.state ? `scene-${fence.state}` : ""}`}>
    ${fence.is_line ? html`<polyline points=${corners} />` : html`<polygon points=${corners} />`}
    ${frame.width >= NAMES_FROM_PX &&
    html`<text x=${frame.x(x)} y=${Math.max(13, frame.y(y) - 5)} text-anchor=${anchor(x)}>${fence.name || fence.id}</text>`}
  </g>`;
}

function Box({ box, frame }) {
  const [x1, y1, x2, y2] = box.xyxy;
  return html`<g class=${`scene-box scene-${box.tone ?? "plain"}`}>
    <rect x=${frame.x(x1)} y=${frame.y(y1)} width=${frame.x(x2 - x1)} height=${frame.y(y2 - y1)} />
    ${frame.width >= NAMES_FROM_PX &&
    html`<text x=${frame.x(x1)} y=${frame.y(y1) > 16 ? frame.y(y1) - 4 : frame.y(y2) + 13} text-anchor=${anchor(x1)}>
      ${box.text}
    </text>`}
  </g>`;
}

/** A text near the right edge runs to the left. */
function anchor(share) {
  return share > 0.75 ? "end" : "start";
}

function held(share) {
  return Math.min(1, Math.max(0, share));
}

function watchSize(element, tell) {
  const measured = () => tell([element.clientWidth, element.clientHeight]);
  const observer = new ResizeObserver(measured);
  observer.observe(element);
  measured();
  return () => observer.disconnect();
}
