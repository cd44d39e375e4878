// One's own new password.
import { send } from "./api.js";
import { Dialog } from "./dialog.js";
import { html, useState } from "./html.js";
import { tell } from "./notices.js";
import { t } from "./texts.js";

/** onrenewed(session): the new session; every other of this user has ended. */
export function PasswordDialog({ onclose, onrenewed }) {
  const [fault, setFault] = useState("");
  const submit = async (event) => {
    event.preventDefault();
    const given = new FormData(event.target);
    if (given.get("new") !== given.get("again")) {
      setFault(t("login.differ"));
      return;
    }
    try {
      onrenewed(await send("POST", "api/password", { old: given.get("old"), new: given.get("new") }));
      tell(t("login.changed"), "good");
      onclose();
    } catch (error) {
      setFault(error.message);
    }
  };
  return html`<${Dialog} title=${t("shell.password")} onclose=${onclose}>
    <form onSubmit=${submit} class="column">
      <label>${t("login.old")}<input name="old" type="password" autocomplete="current-password" required maxlength="256" /></label>
      <label>${t("login.new")}<input name="new" type="password" autocomplete="new-password" required minlength="10" maxlength="256" /></label>
      <label>${t("login.again")}<input name="again" type="password" autocomplete="new-password" required maxlength="256" /></label>
      <p class="hint">${t("login.length")}</p>
      ${fault && html`<p class="fault" role="alert">${fault}</p>`}
      <button type="submit" class="main">${t("login.change")}</button>
    </form>
  <//>`;
}
