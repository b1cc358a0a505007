/** The focus on the way to another page, whose heading may be there at once, or only when the page has been read. */

/** The id of the element that holds the page. */
export const PAGE_ID = "page";

let arrived = false;

/** Bring the focus to the heading of the page that has just come; until there is one, to the page. */
export function arrive(): void {
  const page = document.getElementById(PAGE_ID);
  const heading = page?.querySelector("h1");
  if (!heading) document.title = "Penstock";
  // An open dialog keeps the focus.
  if (document.querySelector("[role=dialog]") !== null) return;
  arrived = true;
  (heading ?? page)?.focus({ preventScroll: true });
}

/** Bring the focus to a heading that came later than its page, or in the place of another, if nobody has moved it on. */
export function greet(heading: HTMLElement): void {
  const at = document.activeElement;
  if (arrived && (at === document.body || at?.id === PAGE_ID)) heading.focus({ preventScroll: true });
}
