/** These have rows, and take the keys they want themselves. */
const ROWS = "[role=grid], [role=listbox]";

const AXES: Readonly<Record<string, "x" | "y">> = {
  Home: "y",
  End: "y",
  " ": "y",
  ArrowLeft: "x",
  ArrowRight: "x",
};

/** Whether a key scrolls what has the focus, or something around it that is smaller than the page. */
export function scrollsByKey(target: Element, key: string): boolean {
  const axis = AXES[key];
  if (axis === undefined) return false;
  for (let at: Element | null = target; at !== null && at !== document.body; at = at.parentElement) {
    if (at.matches(ROWS)) return false;
    if (overflows(at, axis)) return true;
  }
  return false;
}

function overflows(element: Element, axis: "x" | "y"): boolean {
  const more =
    axis === "x" ? element.scrollWidth > element.clientWidth : element.scrollHeight > element.clientHeight;
  if (!more) return false;
  const style = getComputedStyle(element);
  const overflow = axis === "x" ? style.overflowX : style.overflowY;
  return overflow === "auto" || overflow === "scroll";
}
