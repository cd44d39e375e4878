// What stands beside the picture: the shapes, the properties of one, its faults.
import { html } from "../html.js";
import { language, t } from "../texts.js";
import { shapesOf } from "./draft.js";

/** A name in the user's language. */
export const named = (one) => (one ? one[language()] ?? one.id : "");

export function ShapeList({ editing, serverFaults, rulesByZone, categories }) {
  const { shapes, chosen } = editing;
  if (!shapes.length) return html`<p class="hint">${t("fences.no_shapes")}</p>`;
  return html`<ul class="shapes" aria-label=${t("fences.shapes")}>
    ${shapes.map((one) => {
      const wrong = one.fault || serverFaults.some((fault) => fault.feature === one.index);
      const rules = rulesByZone[one.id] ?? [];
      return html`<li key=${one.index}>
        <button type="button" class="shape ${wrong ? "wrong" : ""}" aria-pressed=${chosen?.shape === one.index}
          onClick=${() => editing.choose({ shape: one.index, vertex: null })}>
          <span class="kind ${one.isMask ? "mask" : one.isLine ? "line" : "area"}" aria-label=${t(`fences.kind.${one.isMask ? "mask" : one.isLine ? "line" : "area"}`)} />
          <span class="fence-what"><strong>${one.name || one.id}</strong>
            <small>${one.isMask ? t("fences.kind.mask") : named(categories.find((each) => each.id === one.category)) || one.category}${rules.length ? ` · ${rules.map(named).join(", ")}` : ""}</small></span>
          ${wrong && html`<span class="badge bad">${t("fences.wrong")}</span>`}
        </button>
      </li>`;
    })}
  </ul>`;
}

export function Faults({ editing, serverFaults }) {
  const own = editing.faults.map((one) => ({ feature: one.index, text: t(`fences.fault.${one.fault}`) }));
  // What is said here at once is said by the server a little later, in other words.
  const theirs = serverFaults.filter((one) => !own.some((fault) => fault.feature === one.feature && one.key.startsWith("geometry")));
  const all = [...own, ...theirs];
  if (!all.length) return null;
  return html`<ul class="faults" role="alert">
    ${all.map((one, n) => html`<li key=${n} class="fault">
      ${one.feature !== null && one.feature !== undefined && editing.shapes[one.feature]
        ? html`<button type="button" class="link" onClick=${() => editing.choose({ shape: one.feature, vertex: null })}>${editing.shapes[one.feature].name || one.feature}</button>: `
        : ""}${one.text}</li>`)}
  </ul>`;
}

function Field({ label, hint, children }) {
  return html`<label>${label}${children}${hint && html`<small class="hint">${hint}</small>`}</label>`;
}

/** The properties of the chosen shape. */
export function Properties({ editing, choices, rulesByZone }) {
  const { shape } = editing;
  if (!shape) return html`<p class="hint">${t("fences.choose_hint")}</p>`;
  const { properties } = shape;
  const text = (key) => ({
    value: properties[key] ?? "",
    onInput: (event) => editing.setProperty(key, event.target.value === "" ? undefined : event.target.value),
  });
  const cell = choices.cells.find((one) => one.id === properties.grid);
  const contact = choices.contacts.find((one) => one.id === properties.responsible);
  const rules = rulesByZone[shape.id] ?? [];
  return html`<div class="properties" key=${shape.index}>
    <${Field} label=${t("fences.id")}><input name="id" maxlength="64" ...${text("id")} /><//>
    <${Field} label=${t("fences.name")}><input name="name" maxlength="200" ...${text("name")} /><//>
    ${!shape.isLine && html`<label class="inline"><input type="checkbox" name="mask" checked=${shape.isMask} onChange=${(event) => editing.setMask(event.target.checked)} />${t("fences.mask_label")}</label>`}
    ${!shape.isMask && html`<${Field} label=${t("fences.category")}>
      <select name="category" value=${properties.category ?? ""} onChange=${(event) => editing.setProperty("category", event.target.value)}>
        ${!choices.categories.some((one) => one.id === properties.category) && html`<option value=${properties.category ?? ""}>${properties.category ?? "-"}</option>`}
        ${choices.categories.map((one) => html`<option key=${one.id} value=${one.id}>${one.zh} · ${one.en}</option>`)}
      </select><//>
    <${Field} label=${t("fences.grid")} hint=${cell ? t("fences.cell_of", { name: cell.name, officer: cell.officer, manager: cell.manager || "-" }) : choices.cells.length && properties.grid ? t("fences.no_cell") : ""}>
      <input name="grid" maxlength="200" list="cells" ...${text("grid")} /><//>
    <${Field} label=${t("fences.responsible")} hint=${contact ? named(contact) : choices.contacts.length && properties.responsible ? t("fences.no_contact") : ""}>
      <input name="responsible" maxlength="200" list="contacts" ...${text("responsible")} /><//>
    <${Direction} editing=${editing} />
    <${Field} label=${t("fences.schedule")} hint=${t("fences.schedule_hint")}><input name="schedule" maxlength="200" ...${text("schedule")} /><//>
    ${!shape.isLine && html`<div class="row sizes">${["min_area", "max_area"].map((key) => html`<${Size} key=${key} name=${key} editing=${editing} />`)}</div>`}`}
    <datalist id="cells">${choices.cells.map((one) => html`<option key=${one.id} value=${one.id}>${one.name}</option>`)}</datalist>
    <datalist id="contacts">${choices.contacts.map((one) => html`<option key=${one.id} value=${one.id}>${named(one)}</option>`)}</datalist>
    ${!shape.isMask && html`<p class="hint">${rules.length ? t("fences.rules", { rules: rules.map((one) => `${named(one)} (${one.rule})`).join(", ") }) : t("fences.no_rules")}</p>`}
    <button type="button" class="danger" onClick=${editing.remove} disabled=${editing.chosen.vertex !== null}>${t("fences.delete_shape")}</button>
  </div>`;
}

function Direction({ editing }) {
  const { properties, isLine } = editing.shape;
  const has = typeof properties.direction === "number";
  const set = (event) => {
    const value = Number(event.target.value);
    if (event.target.value !== "" && Number.isFinite(value)) editing.setProperty("direction", ((value % 360) + 360) % 360);
  };
  return html`<div class="direction">
    <label class="inline"><input type="checkbox" name="has_direction" checked=${has} onChange=${(event) => editing.setProperty("direction", event.target.checked ? 0 : undefined)} />${t(isLine ? "fences.direction_line" : "fences.direction_area")}</label>
    ${has && html`<label class="inline"><input type="number" name="direction" min="0" max="359" value=${properties.direction} onChange=${set} />° ${t(editing.frame.isGround ? "fences.from_north" : "fences.from_up")}</label>`}
  </div>`;
}

/** A size may be a share of the picture, a number, or a text such as "0.5m2". */
function Size({ name, editing }) {
  const value = editing.shape.properties[name];
  const set = (event) => {
    const text = event.target.value.trim();
    editing.setProperty(name, text === "" ? undefined : /^[0-9.eE+-]+$/.test(text) && Number.isFinite(Number(text)) ? Number(text) : text);
  };
  return html`<label>${t(`fences.${name}`)}<input name=${name} value=${value ?? ""} placeholder="0.002, 0.5m2" onChange=${set} /></label>`;
}

/** The shapes of another document over the picture: what others have made of it. */
export function otherShapes(document, frame) {
  return shapesOf(document, frame).filter((one) => one.points.length);
}
