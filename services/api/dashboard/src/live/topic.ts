/** What a page watches. One page is open per tab, so one stream is enough: it follows the page. */

export interface Topic {
  /** Runs that changed, whole, and figures, instead of every event. */
  readonly digest?: boolean;
  readonly runId?: string;
  readonly dagId?: string;
  readonly types?: readonly string[];
  /** Begin so many events of every partition before now. */
  readonly last?: number;
}

/** Return the address of a topic's stream, going on after `position` where there is one. */
export function address(topic: Topic, position: string | null): string {
  const query = new URLSearchParams();
  if (topic.digest) query.set("digest", "true");
  if (topic.runId) query.set("run_id", topic.runId);
  if (topic.dagId) query.set("dag_id", topic.dagId);
  if (topic.types?.length) query.set("types", topic.types.join(","));
  if (position) query.set("last_event_id", position);
  else if (topic.last) query.set("last", String(topic.last));
  return `/events?${query}`;
}
