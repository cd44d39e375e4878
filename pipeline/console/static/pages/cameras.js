// The page about cameras.
import { html } from "../html.js";
import { t } from "../texts.js";

/** user: {name, role}; route: {page, rest, query}. */
export default function Page() {
  return html`<h1>${t("shell.cameras")}</h1>`;
}
