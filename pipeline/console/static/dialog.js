// A dialog over the page: the browser's own, so that focus stays in it and Escape closes it.
import { html, useLayoutEffect, useRef } from "./html.js";
import { t } from "./texts.js";

/**
 * <${Dialog} title="..." onclose=${fn}>...<//>; shown for as long as it is part of the page. The first field of its form
 * has the focus: at once, not after the next paint, so that what is typed meanwhile is no key of the page below.
 */
export function Dialog({ title, onclose, wide = false, children }) {
  const ref = useRef(null);
  useLayoutEffect(() => {
    const before = document.activeElement;
    ref.current.showModal();
    ref.current.querySelector("form :is(input, select, textarea)")?.focus();
    return () => before?.focus?.();
  }, []);
  const cancel = (event) => {
    event.preventDefault();
    onclose();
  };
  const escape = (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    cancel(event);
  };
  const outside = (event) => {
    if (event.target === ref.current) onclose();
  };
  return html`<dialog ref=${ref} class=${wide ? "wide" : ""} aria-label=${title} onCancel=${cancel} onKeyDown=${escape} onClose=${onclose} onMouseDown=${outside}>
    <div class="dialog">
      <header>
        <h2>${title}</h2>
        <button type="button" class="quiet" aria-label=${t("shell.close")} title=${t("shell.close")} onClick=${onclose}>✕</button>
      </header>
      ${children}
    </div>
  </dialog>`;
}
