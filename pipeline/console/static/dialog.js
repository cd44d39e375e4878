// A dialog over the page: the browser's own, so that focus stays in it and Escape closes it.
import { html, useEffect, useRef } from "./html.js";
import { t } from "./texts.js";

/** <${Dialog} title="..." onclose=${fn}>...<//>; shown for as long as it is part of the page. */
export function Dialog({ title, onclose, wide = false, children }) {
  const ref = useRef(null);
  useEffect(() => {
    const before = document.activeElement;
    ref.current.showModal();
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
