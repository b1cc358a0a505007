/** Return the row that a key leads to from `row` (half a row where the moment is between two), null for other keys. */
export function rowByKey(key: string, row: number, count: number, page: number): number | null {
  const to = target(key, row, count, page);
  return to === null || count === 0 ? null : Math.min(Math.max(to, 0), count - 1);
}

function target(key: string, row: number, count: number, page: number): number | null {
  switch (key) {
    case "ArrowUp":
      return Math.ceil(row) - 1;
    case "ArrowDown":
      return Math.floor(row) + 1;
    case "PageUp":
      return Math.ceil(row) - page;
    case "PageDown":
      return Math.floor(row) + page;
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}
