// Runs before the first paint, so that nobody who works in the dark is dazzled. A file of its own, because the
// Content-Security-Policy allows no script inside the page.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("penstock:theme");
  } catch {
    // This browser remembers nothing: the system's theme it is.
  }
  const dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.classList.toggle("dark", dark);
})();
