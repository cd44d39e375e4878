// Where one is: the path below <base>, and the filters in the query.
import { html, useEffect, useState } from "./html.js";

const listeners = new Set();

/** The route now: {page: "alerts", rest: ["EVENT"], query: URLSearchParams}. */
export function route() {
  const base = new URL(document.baseURI).pathname;
  const steps = location.pathname.slice(base.length).split("/").filter(Boolean).map(decodeURIComponent);
  return { page: steps[0] ?? "", rest: steps.slice(1), query: new URLSearchParams(location.search) };
}

/** Go to a path such as "alerts/EVENT?severity=major"; `replace` leaves no step back. */
export function go(path, { replace = false } = {}) {
  const target = new URL(path.replace(/^\//, ""), document.baseURI);
  history[replace ? "replaceState" : "pushState"](null, "", target);
  changed();
}

/** Change filters in the query, such as {severity: "major", camera: null}; empty ones are taken out. */
export function setQuery(changes, { replace = true } = {}) {
  const target = new URL(location.href);
  for (const [key, value] of Object.entries(changes)) {
    if (value === null || value === undefined || value === "") target.searchParams.delete(key);
    else target.searchParams.set(key, value);
  }
  history[replace ? "replaceState" : "pushState"](null, "", target);
  changed();
}

/** The route, for a component that is to be drawn again when it changes. */
export function useRoute() {
  const [value, set] = useState(route);
  useEffect(() => {
    listeners.add(set);
    return () => listeners.delete(set);
  }, []);
  return value;
}

/** A link within the console: <${Link} to="cameras/gate">...<//>. Other properties go to the <a>. */
export function Link({ to, children, ...others }) {
  const href = new URL(to.replace(/^\//, ""), document.baseURI).href;
  const onclick = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    go(to);
  };
  return html`<a href=${href} onClick=${onclick} ...${others}>${children}</a>`;
}

function changed() {
  const now = route();
  for (const fn of listeners) fn(now);
}

addEventListener("popstate", changed);
