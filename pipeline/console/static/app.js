// The frame around every page: who is signed in, where one may go, language, theme, keys, and whether we are connected.
import { AlertsWatch } from "./alerts/watch.js";
import { get, onSignedOut, send, setCsrf } from "./api.js";
import { Dialog } from "./dialog.js";
import { html, render, useEffect, useState } from "./html.js";
import { keysNow, useKeys } from "./keys.js";
import { startLive, stopLive, useFaults, useLive, useRunGone } from "./live.js";
import { Login } from "./login.js";
import { Notices, trying } from "./notices.js";
import { may, PAGES } from "./pages.js";
import { PasswordDialog } from "./password.js";
import { go, Link, useRoute } from "./router.js";
import { language, loadTexts, setLanguage, t, useLanguage } from "./texts.js";
import { setTheme, show, theme } from "./theme.js";
import { setZone } from "./times.js";

const LETTERS = { alerts: "a", cameras: "c", fences: "f", rules: "r", statistics: "s", admin: "u" };

function Switches() {
  const [shown, set] = useState(theme());
  const other = shown === "dark" ? "light" : "dark";
  const turn = () => {
    setTheme(other);
    set(other);
  };
  const [next, name] = language() === "zh" ? ["en", "English"] : ["zh", "中文"];
  return html`
    <button type="button" class="quiet" id="language" lang=${next} onClick=${() => setLanguage(next)}>${name}</button>
    <button type="button" class="quiet" id="theme" onClick=${turn}>${t(`shell.${other}`)}</button>
  `;
}

function Banner({ page }) {
  const live = useLive();
  const faults = useFaults();
  const isRunGone = useRunGone();
  if (live === "lost") return html`<p class="banner" id="lost" role="alert">${t("shell.lost")}</p>`;
  if (faults.length) return html`<p class="banner" id="faults" role="alert">${t("shell.faults")} ${faults.join(" · ")}</p>`;
  // The wall says it itself.
  return isRunGone && page !== "cameras" ? html`<p class="quiet-banner" id="run-gone" role="status">${t("shell.run_gone")}</p>` : null;
}

function Help({ onclose }) {
  const keys = keysNow();
  return html`<${Dialog} title=${t("shell.keys")} onclose=${onclose}>
    <table class="keys"><tbody>
      ${keys.map(([key, text]) => html`<tr key=${key}>
        <td>${key.split(" ").map((one) => html`<kbd>${one}</kbd> `)}</td><td>${t(text)}</td>
      </tr>`)}
    </tbody></table>
  <//>`;
}

function Navigation({ user, page }) {
  return html`<nav aria-label=${t("shell.pages")}>
    ${PAGES.filter((one) => may(user, one.role)).map((one) => html`
      <${Link} key=${one.id} to=${one.id} aria-current=${one.id === page ? "page" : null}>${t(`shell.${one.id}`)}<//>`)}
  </nav>`;
}

function Loaded({ page, user, route, words }) {
  const [Page, set] = useState(null);
  const [fault, setFault] = useState("");
  useEffect(() => {
    page.load().then((module) => set(() => module.default), (error) => setFault(error.message));
  }, [page]);
  if (fault) return html`<p class="fault" role="alert">${fault}</p>`;
  return Page ? html`<${Page} user=${user} route=${route} language=${words} />` : null;
}

function Frame({ session, leave, renew }) {
  const words = useLanguage();
  const route = useRoute();
  const [open, setOpen] = useState("");
  const { user, site } = session;
  const allowed = PAGES.filter((one) => may(user, one.role));
  const page = allowed.find((one) => one.id === route.page);
  const steps = allowed.map((one) => [`g ${LETTERS[one.id]}`, [`shell.${one.id}`, () => go(one.id)]]);
  useKeys({ "?": ["shell.keys", () => setOpen("keys")], ...Object.fromEntries(steps) });
  useEffect(() => {
    document.title = `${page ? t(`shell.${page.id}`) : ""} · ${site.name}`;
  }, [page, words]);
  return html`
    <a class="skip" href="#main" onClick=${skip}>${t("shell.skip")}</a>
    <header class="top">
      <strong class="site">${site.name}</strong>
      <${Navigation} user=${user} page=${route.page} />
      <div class="tools">
        <${AlertsWatch} />
        <${Switches} />
        <button type="button" class="quiet" id="keys" onClick=${() => setOpen("keys")} aria-label=${t("shell.keys")} title=${t("shell.keys")}>?</button>
        <details class="menu">
          <summary id="user">${user.name}</summary>
          <div class="card">
            <p>${t(`shell.role.${user.role}`)}</p>
            <button type="button" onClick=${() => setOpen("password")}>${t("shell.password")}</button>
            <button type="button" id="leave" onClick=${leave}>${t("shell.leave")}</button>
          </div>
        </details>
      </div>
    </header>
    <${Banner} page=${route.page} />
    <main id="main" tabindex="-1">
      ${page ? html`<${Loaded} key=${page.id} page=${page} user=${user} route=${route} words=${words} />` : html`<p>${t("shell.nowhere")}</p>`}
    </main>
    <${Notices} />
    ${open === "keys" && html`<${Help} onclose=${() => setOpen("")} />`}
    ${open === "password" && html`<${PasswordDialog} onclose=${() => setOpen("")} onrenewed=${renew} />`}
  `;
}

function skip(event) {
  // A link to #main would leave the page: <base> is not its address.
  event.preventDefault();
  document.getElementById("main").focus();
}

function App({ first }) {
  useLanguage();
  const [session, set] = useState(first);
  const take = (next) => {
    setCsrf(next.csrf);
    if (next.site) setZone(next.site.timezone);
    set(next);
  };
  useEffect(() => onSignedOut(() => take({ user: null, csrf: null, site: null })), []);
  useEffect(() => {
    if (session.user) startLive();
    else stopLive();
  }, [session.user?.name]);
  const leave = () => trying(async () => take(await send("POST", "api/logout")));
  if (!session.user) return html`<${Login} onenter=${take}><${Switches} /><//>`;
  return html`<${Frame} session=${session} leave=${leave} renew=${take} />`;
}

async function start() {
  show();
  const [session] = await Promise.all([get("api/session"), loadTexts(["shell", "login", ...PAGES.map((one) => one.id)])]);
  setCsrf(session.csrf);
  if (session.site) setZone(session.site.timezone);
  render(html`<${App} first=${session} />`, document.getElementById("app"));
}

start().catch((error) => {
  document.getElementById("app").textContent = error.message;
});
