/** Keeps the overview true, from the digest stream. */

import type { Figures, Overview, RunEntry, Sample } from "@/api/types";
import { hasEnded, placeRun } from "@/lib/runs";
import type { Message } from "@/live/stream";

export const SERIES = 720;
const LISTED = 20;
const BARS = 14;

/** Return the overview after a batch of messages; what did not change in it stays the same object. */
export function patchOverview(overview: Overview, batch: readonly Message[]): Overview {
  let next = overview;
  for (const { type, data } of batch) {
    if (type === "Run") next = withRun(next, JSON.parse(data) as RunEntry);
    else if (type === "Figures") next = withFigures(next, JSON.parse(data) as Figures);
  }
  return next;
}

function withRun(overview: Overview, run: RunEntry): Overview {
  return {
    ...overview,
    active: listed(overview.active, run, !hasEnded(run)),
    failed: listed(overview.failed, run, run.status === "failed"),
    dags: withLastRun(overview.dags, run),
  };
}

/** The list with the run in it where it belongs, or without it; an entry never gives way to an older one. */
function listed(runs: RunEntry[], run: RunEntry, belongs: boolean): RunEntry[] {
  const known = runs.find(({ run_id }) => run_id === run.run_id);
  if (known && known.seq > run.seq) return runs;
  if (belongs) return placeRun(runs, run).slice(0, LISTED);
  return known ? runs.filter((one) => one !== known) : runs;
}

/** A DAG stays where it stands when it gets a run: see `byLastRun`. */
function withLastRun(dags: Overview["dags"], run: RunEntry): Overview["dags"] {
  const at = dags.findIndex(({ dag_id }) => dag_id === run.dag_id);
  const dag = dags[at];
  if (!dag) return dags;
  const known = dag.last_runs.find(({ run_id }) => run_id === run.run_id);
  if (known && known.seq > run.seq) return dags;
  return dags.with(at, { ...dag, last_runs: placeRun(dag.last_runs, run).slice(0, BARS) });
}

/**
 * DAGs stand by their last run, the latest first. They change places with the figures, once a second at most: a list in
 * which rows jump with every run could neither be read nor clicked.
 */
function byLastRun(dags: Overview["dags"]): Overview["dags"] {
  const last = (dag: Overview["dags"][number]) => dag.last_runs[0]?.run_id ?? "";
  const stand = dags.every((dag, at) => at === 0 || last(dag) <= last(dags[at - 1] ?? dag));
  return stand
    ? dags
    : dags.toSorted((one, other) => (last(one) < last(other) ? 1 : last(one) > last(other) ? -1 : 0));
}

function withFigures(overview: Overview, figures: Figures): Overview {
  if (figures.at < overview.figures.at) return overview;
  const { series, dags } = overview;
  return { ...overview, figures, series: withSample(series, figures.sample), dags: byLastRun(dags) };
}

function withSample(series: Sample[], sample: Sample | null): Sample[] {
  const last = series.at(-1);
  if (!sample || (last && sample.at <= last.at)) return series;
  return [...series, sample].slice(-SERIES);
}
