// What is said, in the user's language. `t("alerts.acknowledge")` is the key "acknowledge" of texts/alerts.json.
import { useEffect, useState } from "./html.js";

const LANGUAGES = ["zh", "en"];
const texts = {};
const listeners = new Set();
let current = chosen();

function chosen() {
  const kept = localStorage.getItem("language");
  if (LANGUAGES.includes(kept)) return kept;
  return (navigator.languages ?? [navigator.language]).some((one) => one.startsWith("zh")) ? "zh" : "en";
}

/** Load the files of these names; call before anything of them is shown. */
export async function loadTexts(names) {
  await Promise.all(
    names.map(async (name) => {
      const answer = await fetch(new URL(`static/texts/${name}.json`, document.baseURI));
      if (answer.ok) texts[name] = await answer.json();
    }),
  );
  document.documentElement.lang = current === "zh" ? "zh-CN" : "en";
}

/** The text of a key in the user's language; `{name}` in it is replaced by values.name. */
export function t(key, values = {}) {
  const [name, ...rest] = key.split(".");
  const found = texts[name]?.[rest.join(".")]?.[current];
  if (found === undefined) return key;
  return found.replace(/\{(\w+)\}/g, (all, one) => (one in values ? String(values[one]) : all));
}

/** "zh" or "en". */
export function language() {
  return current;
}

/** Switch; every component that uses `useLanguage` is drawn again. */
export function setLanguage(one) {
  current = one;
  localStorage.setItem("language", one);
  document.documentElement.lang = one === "zh" ? "zh-CN" : "en";
  for (const fn of listeners) fn(one);
}

/** The language, for a component that is to be drawn again when it is switched. (The shell draws every page again.) */
export function useLanguage() {
  const [value, set] = useState(current);
  useEffect(() => {
    listeners.add(set);
    return () => listeners.delete(set);
  }, []);
  return value;
}
