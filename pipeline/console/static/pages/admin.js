// Accounts, and what users did.
import { get, send } from "../api.js";
import { Dialog } from "../dialog.js";
import { html, useEffect, useState } from "../html.js";
import { tell, trying } from "../notices.js";
import { setQuery } from "../router.js";
import { t } from "../texts.js";
import { moment } from "../times.js";

const ROLES = ["operator", "engineer", "admin"];
const A_PAGE = 100;

/** user: {name, role}; route: {page, rest, query}. */
export default function Page({ user, route }) {
  return html`<div class="column">
    <h1>${t("shell.admin")}</h1>
    <${Accounts} user=${user} />
    <${AuditLog} of=${route.query.get("of") ?? ""} />
  </div>`;
}

function Accounts({ user }) {
  const [accounts, set] = useState(null);
  const [open, setOpen] = useState(null);
  useEffect(() => {
    trying(async () => set(await get("api/accounts")));
  }, []);
  const giveRole = async (name, event) => {
    const chosen = event.target;
    const before = accounts.find((one) => one.name === name).role;
    const after = await trying(() => send("PUT", `api/accounts/${encodeURIComponent(name)}/role`, { role: chosen.value }), t("admin.saved"));
    if (after) set(after);
    else chosen.value = before;
  };
  return html`<section class="card" aria-labelledby="accounts">
    <div class="row spread">
      <h2 id="accounts">${t("admin.accounts")}</h2>
      <button type="button" class="main" onClick=${() => setOpen({ kind: "add" })}>${t("admin.add")}</button>
    </div>
    <div class="scroll"><table class="stack">
      <thead><tr><th>${t("admin.name")}</th><th>${t("admin.role")}</th><th>${t("admin.changed")}</th><th>${t("admin.actions")}</th></tr></thead>
      <tbody>${(accounts ?? []).map((one) => html`<tr key=${one.name}>
        <td data-label=${t("admin.name")}>${one.name}${one.name === user.name && html` <span class="badge">${t("admin.you")}</span>`}</td>
        <td data-label=${t("admin.role")}><select aria-label=${t("admin.role_of", { name: one.name })} value=${one.role} onChange=${(event) => giveRole(one.name, event)}>
          ${ROLES.map((role) => html`<option key=${role} value=${role}>${t(`shell.role.${role}`)}</option>`)}
        </select></td>
        <td data-label=${t("admin.changed")} class="number">${moment(one.changed_at, { long: true })}</td>
        <td data-label=${t("admin.actions")}><div class="row">
          <button type="button" onClick=${() => setOpen({ kind: "password", name: one.name })}>${t("admin.password")}</button>
          <button type="button" class="danger" onClick=${() => setOpen({ kind: "remove", name: one.name })}>${t("admin.remove")}</button>
        </div></td>
      </tr>`)}</tbody>
    </table></div>
    ${open?.kind === "add" && html`<${Add} onclose=${() => setOpen(null)} onsaved=${set} />`}
    ${open?.kind === "password" && html`<${NewPassword} name=${open.name} onclose=${() => setOpen(null)} onsaved=${set} />`}
    ${open?.kind === "remove" && html`<${Remove} name=${open.name} onclose=${() => setOpen(null)} onsaved=${set} />`}
  </section>`;
}

function Form({ title, ask, done, onclose, onsaved, button, danger, children }) {
  const [fault, setFault] = useState("");
  const submit = async (event) => {
    event.preventDefault();
    try {
      onsaved(await ask(Object.fromEntries(new FormData(event.target))));
      tell(done, "good");
      onclose();
    } catch (error) {
      setFault(error.message);
    }
  };
  return html`<${Dialog} title=${title} onclose=${onclose}>
    <form class="column" onSubmit=${submit}>
      ${children}
      ${fault && html`<p class="fault" role="alert">${fault}</p>`}
      <div class="row">
        <button type="submit" class=${danger ? "danger" : "main"}>${button}</button>
        <button type="button" onClick=${onclose}>${t("shell.cancel")}</button>
      </div>
    </form>
  <//>`;
}

function Add(rest) {
  const ask = (given) => send("POST", "api/accounts", given);
  return html`<${Form} title=${t("admin.add")} ask=${ask} done=${t("admin.saved")} button=${t("admin.add")} ...${rest}>
    <label>${t("admin.name")}<input name="name" required maxlength="64" autocomplete="off" /></label>
    <label>${t("admin.role")}<select name="role">
      ${ROLES.map((role) => html`<option key=${role} value=${role}>${t(`shell.role.${role}`)}</option>`)}
    </select></label>
    <${PasswordField} />
  <//>`;
}

function NewPassword({ name, ...rest }) {
  const ask = (given) => send("PUT", `api/accounts/${encodeURIComponent(name)}/password`, given);
  return html`<${Form} title=${t("admin.password_of", { name })} ask=${ask} done=${t("admin.saved")} button=${t("shell.save")} ...${rest}>
    <${PasswordField} />
  <//>`;
}

function Remove({ name, ...rest }) {
  const ask = () => send("DELETE", `api/accounts/${encodeURIComponent(name)}`);
  return html`<${Form} title=${t("admin.remove")} ask=${ask} done=${t("admin.removed", { name })} button=${t("admin.remove")} danger ...${rest}>
    <p>${t("admin.sure", { name })}</p>
  <//>`;
}

function PasswordField() {
  return html`<label>${t("admin.password")}
    <input name="password" type="password" required minlength="10" maxlength="256" autocomplete="new-password" />
    <span class="hint">${t("admin.length")}</span>
  </label>`;
}

// A deed that has no text of its own is shown as it is written.
function did(action) {
  const key = `admin.did.${action}`;
  const text = t(key);
  return text === key ? action : text;
}

function AuditLog({ of }) {
  const [deeds, set] = useState([]);
  const [isWhole, setWhole] = useState(true);
  const read = async (before) => {
    const asked = new URLSearchParams({ of, most: A_PAGE });
    if (before.length) asked.set("before", before.at(-1).id);
    const more = await trying(() => get(`api/audit?${asked}`));
    if (!more) return;
    set([...before, ...more]);
    setWhole(more.length < A_PAGE);
  };
  useEffect(() => {
    read([]);
  }, [of]);
  return html`<section class="card" aria-labelledby="audit">
    <div class="row spread">
      <h2 id="audit">${t("admin.audit")}</h2>
      <div class="row">
        <label class="inline">${t("admin.only")}<input value=${of} maxlength="64" onChange=${(event) => setQuery({ of: event.target.value.trim() })} /></label>
        <button type="button" onClick=${() => read([])}>${t("admin.again")}</button>
      </div>
    </div>
    <div class="scroll"><table class="audit stack">
      <thead><tr><th>${t("admin.at")}</th><th>${t("admin.user")}</th><th>${t("admin.action")}</th><th>${t("admin.subject")}</th>
        <th>${t("admin.detail")}</th><th>${t("admin.address")}</th></tr></thead>
      <tbody>${deeds.map((one) => html`<tr key=${one.id}>
        <td data-label=${t("admin.at")} class="number">${moment(one.at, { long: true })}</td>
        <td data-label=${t("admin.user")}>${one.user}</td><td data-label=${t("admin.action")}>${did(one.action)}</td>
        <td data-label=${t("admin.subject")}>${one.subject}</td><td data-label=${t("admin.detail")}>${one.detail}</td>
        <td data-label=${t("admin.address")} class="number">${one.address}</td>
      </tr>`)}</tbody>
    </table></div>
    ${deeds.length === 0 && html`<p class="empty">${t("admin.nothing")}</p>`}
    ${!isWhole && html`<button type="button" onClick=${() => read(deeds)}>${t("admin.more")}</button>`}
  </section>`;
}
