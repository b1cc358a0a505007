/** A search through a whole log on the server, step by step, until all was searched or somebody stops it. */

import { api, body } from "@/api/client";
import { asError } from "@/api/errors";
import { Value } from "@/lib/external";
import { SearchPlan } from "./search-plan";
import type { LogAddress } from "./source";

const MATCHES_AT_ONCE = 2000;

export interface SearchState {
  /** `full` means that no more matches are kept. */
  readonly status: "searching" | "stopped" | "done" | "full";
  /** The numbers of the lines, ascending; the same array all the time. */
  readonly matches: readonly number[];
  /** The match nearest below where the reader was, null while there is none. */
  readonly first: number | null;
  /** How many lines were looked at. */
  readonly searched: number;
  readonly error: Error | null;
}

export class SearchRun {
  readonly state: Value<SearchState>;
  private readonly plan: SearchPlan;
  private abort: AbortController | null = null;

  /** `from` is the line at which the reader is, `total` the last line of the log. */
  constructor(
    private readonly address: LogAddress,
    readonly query: string,
    from: number,
    total: number,
  ) {
    this.plan = new SearchPlan(from, total);
    this.state = new Value(this.now("searching"));
  }

  /** Search on from where it was stopped. */
  readonly resume = (): void => {
    void this.run();
  };

  readonly stop = (): void => {
    if (!this.abort) return;
    this.abort.abort();
    this.abort = null;
    this.state.set(this.now("stopped"));
  };

  /** The log has grown. */
  extend(total: number): void {
    this.plan.extend(total);
    if (this.state.get().status === "done") void this.run();
  }

  private async run(): Promise<void> {
    if (this.abort) return;
    const abort = new AbortController();
    this.abort = abort;
    try {
      while (this.plan.next && !this.plan.full) {
        if (this.state.get().status !== "done") this.state.set(this.now("searching"));
        await this.step(this.plan.next.first, abort.signal);
        if (abort.signal.aborted) return;
      }
      this.state.set(this.now(this.plan.next ? "full" : "done"));
    } catch (thrown) {
      if (abort.signal.aborted) return;
      this.state.set({ ...this.now("stopped"), error: asError(thrown) });
    }
    this.abort = null;
  }

  private async step(from: number, signal: AbortSignal): Promise<void> {
    const { runId, taskId, attempt } = this.address;
    const params = {
      path: { run_id: runId, task_id: taskId },
      query: { attempt, from, limit: MATCHES_AT_ONCE, search: this.query },
    };
    const { lines, next, total } = await body(
      api.GET("/runs/{run_id}/tasks/{task_id}/logs/lines", { params, signal }),
    );
    if (signal.aborted) return;
    const numbers = lines.map((line) => line.n);
    this.plan.took(numbers, next === null ? total : next - 1);
  }

  private now(status: SearchState["status"]): SearchState {
    const { matches, first, searched } = this.plan;
    return { status, matches, first, searched, error: null };
  }
}
