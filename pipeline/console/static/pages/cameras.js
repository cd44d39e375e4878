// The page about cameras: a wall of live pictures, and the full view of one.
import { CameraView } from "../cameras/view.js";
import { Wall } from "../cameras/wall.js";
import { html } from "../html.js";

/** user: {name, role}; route: {page, rest, query}. */
export default function Page({ user, route }) {
  const [camera] = route.rest;
  return camera ? html`<${CameraView} key=${camera} id=${camera} user=${user} />` : html`<${Wall} route=${route} />`;
}
