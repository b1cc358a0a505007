/** What stands behind the `?` of each page, read without trust: a wrong value counts as absent. */

type Raw = Record<string, unknown>;

export const DAG_SORTS = ["name", "last", "registered"] as const;
/** `status` is that of the last run, or `never`. */
export function dags(raw: Raw): {
  q?: string;
  tag?: string;
  status?: string;
  sort?: (typeof DAG_SORTS)[number];
} {
  return {
    ...text(raw, "q"),
    ...text(raw, "tag"),
    ...text(raw, "status"),
    ...choice(raw, "sort", DAG_SORTS),
  };
}

const DAG_TABS = ["grid", "graph", "durations", "definition", "versions"] as const;
export const FORMATS = ["yaml", "json"] as const;
/** `version` is compared with `against`; `format` is that of the definition; `task` is the one whose durations are drawn, `q` finds tasks. */
export function dag(raw: Raw): {
  tab?: (typeof DAG_TABS)[number];
  version?: string;
  against?: string;
  format?: (typeof FORMATS)[number];
  task?: string;
  q?: string;
} {
  return {
    ...choice(raw, "tab", DAG_TABS),
    ...text(raw, "version"),
    ...text(raw, "against"),
    ...choice(raw, "format", FORMATS),
    ...text(raw, "task"),
    ...text(raw, "q"),
  };
}

export function runs(raw: Raw): {
  status?: string;
  dag?: string;
  q?: string;
  after?: string;
  before?: string;
} {
  return {
    ...text(raw, "status"),
    ...text(raw, "dag"),
    ...text(raw, "q"),
    ...time(raw, "after"),
    ...time(raw, "before"),
  };
}

export const GANTT_ORDERS = ["activity", "definition", "status", "longest"] as const;
export const RUN_TABS = ["graph", "gantt", "tasks", "events", "definition"] as const;
/**
 * `at` is a seq of the run's history: the moment that is shown. Without it, the present. `status`, `q` and `sort` (a
 * column, descending with a `-` before it) are those of the list of tasks; `types`, `find` and `about` (a task) those
 * of the list of events; `order`, `critical` (its path is shown) and `compact` (idle time is cut) those of the Gantt.
 */
export function run(raw: Raw): {
  tab?: (typeof RUN_TABS)[number];
  task?: string;
  at?: number;
  status?: string;
  q?: string;
  sort?: string;
  types?: string;
  find?: string;
  about?: string;
  order?: (typeof GANTT_ORDERS)[number];
  critical?: true;
  compact?: true;
} {
  return {
    ...choice(raw, "tab", RUN_TABS),
    ...text(raw, "task"),
    ...whole(raw, "at"),
    ...text(raw, "status"),
    ...text(raw, "q"),
    ...text(raw, "sort"),
    ...text(raw, "types"),
    ...text(raw, "find"),
    ...text(raw, "about"),
    ...choice(raw, "order", GANTT_ORDERS),
    ...flag(raw, "critical"),
    ...flag(raw, "compact"),
  };
}

export function task(raw: Raw): { attempt?: number; q?: string; line?: number } {
  return { ...whole(raw, "attempt"), ...text(raw, "q"), ...whole(raw, "line") };
}

export function feed(raw: Raw): { types?: string; dag?: string } {
  return { ...text(raw, "types"), ...text(raw, "dag") };
}

function text<K extends string>(raw: Raw, key: K): { [P in K]?: string } {
  const value = raw[key];
  const found = typeof value === "number" ? String(value) : value;
  return (typeof found === "string" && found !== "" ? { [key]: found } : {}) as { [P in K]?: string };
}

function time<K extends string>(raw: Raw, key: K): { [P in K]?: string } {
  return Number.isNaN(Date.parse(String(raw[key]))) ? {} : text(raw, key);
}

function whole<K extends string>(raw: Raw, key: K): { [P in K]?: number } {
  const value = Number(raw[key]);
  return (Number.isSafeInteger(value) && value > 0 ? { [key]: value } : {}) as { [P in K]?: number };
}

function flag<K extends string>(raw: Raw, key: K): { [P in K]?: true } {
  return (raw[key] === true ? { [key]: true } : {}) as { [P in K]?: true };
}

function choice<K extends string, V extends string>(
  raw: Raw,
  key: K,
  values: readonly V[],
): { [P in K]?: V } {
  const value = raw[key] as V;
  return (values.includes(value) ? { [key]: value } : {}) as { [P in K]?: V };
}
