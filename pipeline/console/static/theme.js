// Dark or light: as the machine is set, unless somebody chose.
const dark = matchMedia("(prefers-color-scheme: dark)");

/** "dark" or "light". */
export function theme() {
  const kept = localStorage.getItem("theme");
  return kept === "dark" || kept === "light" ? kept : dark.matches ? "dark" : "light";
}

/** Choose one. */
export function setTheme(one) {
  localStorage.setItem("theme", one);
  show();
}

/** Show the page so, now and when the machine is set otherwise. */
export function show() {
  document.documentElement.dataset.theme = theme();
}

dark.addEventListener("change", show);
