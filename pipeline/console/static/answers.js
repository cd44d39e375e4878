// What the console answers, for a component that is drawn again when it has come.
import { get } from "./api.js";
import { useEffect, useState } from "./html.js";

/**
 * The answer to a GET of that path: {value, fault, again}. `value` is null until it is there; `again()` asks once more and
 * keeps the old value meanwhile. With `every_ms` it is asked again by itself while the page is looked at. `within_ms`: how
 * long it may take.
 */
export function useAnswer(path, every_ms = 0, within_ms = undefined) {
  const [state, set] = useState({ path: "", value: null, fault: "" });
  const [count, ask] = useState(0);
  const again = () => ask((n) => n + 1);
  useEffect(() => {
    const stop = new AbortController();
    get(path, { signal: stop.signal, within_ms }).then(
      (value) => set({ path, value, fault: "" }),
      (error) => error.name !== "AbortError" && set((old) => ({ path, value: old.path === path ? old.value : null, fault: error.message })),
    );
    return () => stop.abort();
  }, [path, count]);
  useEffect(() => {
    if (!every_ms) return undefined;
    const timer = setInterval(() => document.visibilityState === "visible" && again(), every_ms);
    return () => clearInterval(timer);
  }, [path, every_ms]);
  const mine = state.path === path;
  return { value: mine ? state.value : null, fault: mine ? state.fault : "", again };
}
