/** Numbers, durations and times as a person reads them. All durations are milliseconds. */

const WHOLE = new Intl.NumberFormat("en");
const SHORT = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

export function count(value: number): string {
  return WHOLE.format(value);
}

export function short(value: number): string {
  return Math.abs(value) < 10_000 ? WHOLE.format(Math.round(value)) : SHORT.format(value);
}

/** A rate or another small figure: three significant digits, no more. */
export function figure(value: number): string {
  if (value >= 1000) return short(value);
  if (value >= 100 || Number.isInteger(value)) return String(Math.round(value));
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `12 ms`, `1.42 s`, `3 m 05 s`, `2 h 07 m`, `4 d 3 h`. */
export function duration(ms: number): string {
  const value = Math.max(0, ms);
  if (value < SECOND)
    return `${value < 10 && !Number.isInteger(value) ? value.toFixed(1) : Math.round(value)} ms`;
  if (value < 10 * SECOND) return `${(value / SECOND).toFixed(2)} s`;
  if (value < MINUTE) return `${(value / SECOND).toFixed(1)} s`;
  if (value < HOUR) return `${Math.floor(value / MINUTE)} m ${pad(Math.floor((value % MINUTE) / SECOND))} s`;
  if (value < DAY) return `${Math.floor(value / HOUR)} h ${pad(Math.floor((value % HOUR) / MINUTE))} m`;
  return `${Math.floor(value / DAY)} d ${Math.floor((value % DAY) / HOUR)} h`;
}

/** `just now`, `14 s ago`, `3 min ago`, `in 5 s`, then days; the exact time belongs beside it. */
export function relative(at: number, now: number): string {
  const past = now - at;
  const distance = Math.abs(past);
  if (distance < 2 * SECOND) return "just now";
  const text = coarse(distance);
  return past > 0 ? `${text} ago` : `in ${text}`;
}

function coarse(ms: number): string {
  if (ms < MINUTE) return `${Math.round(ms / SECOND)} s`;
  if (ms < HOUR) return `${Math.round(ms / MINUTE)} min`;
  if (ms < 2 * DAY) return `${Math.round(ms / HOUR)} h`;
  return `${Math.round(ms / DAY)} days`;
}

/** Local date and time with seconds: `26 Nov 2026, 09:47:05`. */
export function moment(at: number): string {
  return DATE.format(at);
}

/** Local time with milliseconds: `09:47:05.871`. */
export function clock(at: number): string {
  const date = new Date(at);
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()].map(pad);
  return `${parts.join(":")}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

const DATE = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

export function bytes(value: number): string {
  if (value < 1024) return `${value} B`;
  const units = ["KiB", "MiB", "GiB", "TiB"];
  let size = value;
  let unit = -1;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${units[unit]}`;
}

export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** Parse a time of the API (RFC 3339, UTC) to ms since the epoch; null stays null. */
export function parseTime(text: string): number;
export function parseTime(text: string | null | undefined): number | null;
export function parseTime(text: string | null | undefined): number | null {
  return text == null ? null : Date.parse(text);
}

/** The beginning of a version that is enough to tell versions apart; the whole belongs in a title. As in the CLI. */
export function shortVersion(version: string): string {
  return version.slice(0, 12);
}

/** The end of a run id that is enough to tell runs apart on a page; the whole id belongs in a title. */
export function shortRunId(runId: string): string {
  return runId.length > 14 ? `…${runId.slice(-10)}` : runId;
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}
