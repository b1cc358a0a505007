// Runs before the first paint, so that nobody who works in the dark is dazzled. A file of its own, because the
// Content-Security-Policy allows no script inside the page.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("penstock:theme");
  } catch {
    // A browser that keeps nothing: as the system has it.
  }
  const dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.classList.toggle("dark", dark);
})();
