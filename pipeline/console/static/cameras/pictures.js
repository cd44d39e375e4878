// Live pictures of those cameras that are on screen: one request at a time for all of them, none while nobody looks.
import { address, bytes } from "../api.js";
import { useEffect, useState } from "../html.js";
import { decoded } from "../scene.js";

const EVERY_MS = { small: 330, full: 220 };
const AWAY_MS = 3000;
const MOST = 48; // of one request

/** What cameras show now. One for a wall, one for a full view. */
export class Pictures {
  /** `size`: "small" or "full". */
  constructor(size) {
    this.size = size;
    this.shown = new Map(); // by camera: {told, picture}
    this.fault = "";
    this.wanted = [];
    this.listeners = new Map();
    this.timer = null;
    this.isClosed = false;
    this.isResting = false;
    this.abort = new AbortController();
    this.wake = () => this.next(0);
    document.addEventListener("visibilitychange", this.wake);
  }

  /** From now on those cameras, and no others. */
  want(cameras) {
    this.wanted = cameras;
    for (const camera of [...this.shown.keys()]) {
      if (!cameras.includes(camera)) {
        this.shown.get(camera).picture?.close();
        this.shown.delete(camera);
      }
    }
    this.next(0);
  }

  /** Whether nobody is asked, since no run is up; what was shown stays. */
  rest(isResting) {
    this.isResting = isResting;
    this.next(0);
  }

  /** Call `fn` whenever something new is known of a camera; "" for the fault. Returns what takes it off again. */
  on(camera, fn) {
    if (!this.listeners.has(camera)) this.listeners.set(camera, new Set());
    this.listeners.get(camera).add(fn);
    return () => this.listeners.get(camera).delete(fn);
  }

  close() {
    this.isClosed = true;
    this.abort.abort();
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.wake);
    for (const { picture } of this.shown.values()) picture?.close();
    this.shown.clear();
  }

  next(wait) {
    if (this.isAsking || this.isClosed || this.isResting) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), wait);
  }

  async ask() {
    if (document.hidden || !this.wanted.length || this.isClosed) return;
    this.isAsking = true;
    const began = performance.now();
    let wait = EVERY_MS[this.size];
    try {
      const wanted = [...this.wanted];
      for (let first = 0; first < wanted.length; first += MOST) await this.fetch(wanted.slice(first, first + MOST));
      this.become("");
    } catch (error) {
      if (error.name === "AbortError") return;
      wait = AWAY_MS;
      this.become(error.message);
    } finally {
      this.isAsking = false;
    }
    this.next(Math.max(50, wait - (performance.now() - began)));
  }

  async fetch(cameras) {
    const query = new URLSearchParams();
    for (const camera of cameras) query.append("camera", camera);
    for (const camera of cameras) query.append("had", this.shown.get(camera)?.told.picture || "-");
    if (this.size === "full") query.set("full", "true");
    const found = parsed(await bytes(`api/pictures?${query}`, { signal: this.abort.signal }));
    await Promise.all(found.map((one) => this.take(one)));
  }

  async take({ told, jpeg }) {
    const before = this.shown.get(told.camera);
    const picture = jpeg ? await decoded(jpeg) : before?.picture;
    if (this.isClosed || !this.wanted.includes(told.camera)) {
      if (jpeg) picture.close();
      return;
    }
    this.shown.set(told.camera, { told, picture });
    this.tell(told.camera);
    if (jpeg) before?.picture?.close();
  }

  become(fault) {
    if (fault === this.fault) return;
    this.fault = fault;
    this.tell("");
  }

  tell(camera) {
    for (const fn of this.listeners.get(camera) ?? []) fn();
  }
}

/** What a camera shows: {told, picture}, or undefined; drawn again when that changes. */
export function useShown(pictures, camera) {
  const [, redraw] = useState(0);
  useEffect(() => pictures.on(camera, () => redraw((n) => n + 1)), [pictures, camera]);
  return pictures.shown.get(camera);
}

/** Why there are no pictures; "" where there are. */
export function usePicturesFault(pictures) {
  const [, redraw] = useState(0);
  useEffect(() => pictures.on("", () => redraw((n) => n + 1)), [pictures]);
  return pictures.fault;
}

/** A line of JSON, then the pictures it tells of. */
function parsed(buffer) {
  const all = new Uint8Array(buffer);
  const end = all.indexOf(10);
  let at = end + 1;
  return JSON.parse(new TextDecoder().decode(all.subarray(0, end))).pictures.map((told) => {
    const jpeg = told.n_bytes ? all.slice(at, at + told.n_bytes) : null;
    at += told.n_bytes;
    return { told, jpeg };
  });
}

/** What a camera has shown before, while no run tells what it shows; null where nothing is known. */
export function useStill(camera, isWanted) {
  const [still, setStill] = useState(null);
  useEffect(() => {
    if (!isWanted) return undefined;
    const image = new Image();
    image.onload = () => setStill(image);
    image.src = address(`api/cameras/${encodeURIComponent(camera)}/still.jpg`);
    return () => {
      image.onload = null;
      setStill(null);
    };
  }, [camera, isWanted]);
  return still;
}
