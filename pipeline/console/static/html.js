// Preact, its hooks and htm: the one way in for every page.
export * from "./vendor/htm-preact.module.js";
