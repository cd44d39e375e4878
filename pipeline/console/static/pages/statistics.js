// The page about statistics.
import { html } from "../html.js";
import { t } from "../texts.js";

/** user: {name, role}; route: {page, rest, query}. */
export default function Page() {
  return html`<h1>${t("shell.statistics")}</h1>`;
}
