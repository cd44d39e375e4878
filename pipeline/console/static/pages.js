// The pages: a new one is a line here, a file in pages/ with a default export, and a file in texts/.
export const PAGES = [
  { id: "alerts", role: "operator", load: () => import("./pages/alerts.js") },
  { id: "cameras", role: "operator", load: () => import("./pages/cameras.js") },
  { id: "fences", role: "engineer", load: () => import("./pages/fences.js") },
  { id: "rules", role: "operator", load: () => import("./pages/rules.js") },
  { id: "statistics", role: "operator", load: () => import("./pages/statistics.js") },
  { id: "admin", role: "admin", load: () => import("./pages/admin.js") },
];

const RANKS = ["operator", "engineer", "admin"];

/** Whether a user may do what needs that role. */
export function may(user, role) {
  return RANKS.indexOf(user.role) >= RANKS.indexOf(role);
}
