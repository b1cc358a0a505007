/** Parts of the dashboard are loaded when needed; after an upgrade of the server those of an open tab are gone. */

const KEY = "penstock:reloaded";
const AGAIN_MS = 60_000;
let missing = false;

/** Whether a part could not be loaded: it stays so until the page is loaded anew. */
export function chunkMissing(): boolean {
  return missing;
}

/** Load the page anew where a part is missing, but not again and again. */
export function reloadForMissingChunks(): void {
  addEventListener("vite:preloadError", () => {
    missing = true;
    if (mayReload()) location.reload();
  });
}

/** Where the browser keeps nothing, nobody knows whether this is the first time: it is left to the reader. */
function mayReload(): boolean {
  try {
    const last = Number(sessionStorage.getItem(KEY));
    sessionStorage.setItem(KEY, String(Date.now()));
    return Date.now() - last > AGAIN_MS;
  } catch {
    return false;
  }
}
