/**
 * DAGs by their last run, in an order that stands still: where many run, rows that changed places with every run could
 * neither be read nor clicked.
 */

import { useState } from "react";
import type { DagWithRuns } from "@/api/types";
import { type Filter, filterDags } from "./filter";

/** At which place each DAG stands, by id. */
type Places = ReadonlyMap<string, number>;

export function placesOf(dags: readonly DagWithRuns[]): Places {
  return new Map(filterDags(dags, { sort: "last" }).map(({ dag_id }, place) => [dag_id, place]));
}

/** Return the DAGs at their places; those that have none, being new, come first, in the order they have. */
export function atPlaces(dags: readonly DagWithRuns[], places: Places): DagWithRuns[] {
  const place = ({ dag_id }: DagWithRuns) => places.get(dag_id) ?? -1;
  return dags.toSorted((one, other) => place(one) - place(other));
}

export interface Listed {
  readonly dags: readonly DagWithRuns[];
  /** Other DAGs have run since: the order is no longer what it would be now. */
  readonly stale: boolean;
  readonly sortAgain: () => void;
}

/** The DAGs that pass, by last run as that was when the page was opened, or another filter or order chosen. */
export function useHeldOrder(all: readonly DagWithRuns[], filter: Filter): Listed {
  const asked = JSON.stringify([filter.q, filter.tag, filter.status, filter.sort]);
  const [held, setHeld] = useState(() => ({ asked, places: placesOf(all) }));
  let { places } = held;
  if (held.asked !== asked) {
    places = placesOf(all);
    setHeld({ asked, places });
  }
  const sorted = filterDags(all, filter);
  const sortAgain = () => setHeld({ asked, places: placesOf(all) });
  if (filter.sort !== "last") return { dags: sorted, stale: false, sortAgain };
  const dags = atPlaces(sorted, places);
  return { dags, stale: dags.some((dag, at) => dag !== sorted[at]), sortAgain };
}
