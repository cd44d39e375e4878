// Signing in.
import { send } from "./api.js";
import { html, useState } from "./html.js";
import { t } from "./texts.js";

/** onenter(session) is called once somebody is signed in. */
export function Login({ onenter, children }) {
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (event) => {
    event.preventDefault();
    setBusy(true);
    const given = new FormData(event.target);
    try {
      onenter(await send("POST", "api/login", { name: given.get("name"), password: given.get("password") }));
    } catch (error) {
      setFault(error.status === 401 ? t("login.wrong") : error.status === 429 ? t("login.slowly") : error.message);
      setBusy(false);
    }
  };
  return html`<main class="login">
    <form onSubmit=${submit} class="card">
      <h1>Smart Alert</h1>
      <label>${t("login.name")}<input name="name" autocomplete="username" autocapitalize="none" required autofocus maxlength="64" /></label>
      <label>${t("login.password")}<input name="password" type="password" autocomplete="current-password" required maxlength="256" /></label>
      ${fault && html`<p class="fault" role="alert">${fault}</p>`}
      <button type="submit" class="main" disabled=${busy}>${t("login.enter")}</button>
      <div class="row">${children}</div>
    </form>
  </main>`;
}
