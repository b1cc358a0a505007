/** One attempt's log as the viewer reads it: by ranges, what is in sight first; and its growing end while it runs. */

import { api, body } from "@/api/client";
import { ApiError, asError } from "@/api/errors";
import type { LogLines } from "@/api/types";
import { Value } from "@/lib/external";
import { CHUNK_LINES, ChunkCache, type Range, type Slot } from "./chunks";

const POLL_MS = 700;
/** How seldom a log is looked at again that has not grown for long. */
const SILENT_POLL_MS = 5000;
/** By how much longer it is left alone each time that nothing has come. */
const PATIENCE = 1.5;
const RETRY_MS = 3000;

export interface LogAddress {
  readonly runId: string;
  readonly taskId: string;
  readonly attempt: number;
}

export interface LogState {
  /** Whether anything was read yet. */
  readonly opened: boolean;
  /** The number of the last line. */
  readonly total: number;
  /** Nothing more will come. */
  readonly ended: boolean;
  readonly error: Error | null;
}

export class LogSource {
  readonly state = new Value<LogState>({ opened: false, total: 0, ended: false, error: null });
  private readonly cache = new ChunkCache();
  private wanted: Range = { first: 1, last: 0 };
  private reading: { range: Range; abort: AbortController } | null = null;
  private polling = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private pause = POLL_MS;
  private running = false;

  /** A log is opened at its end, or around `line`. */
  constructor(
    readonly address: LogAddress,
    private readonly line: number | undefined,
  ) {}

  start(): void {
    this.running = true;
    document.addEventListener("visibilitychange", this.look);
    void this.poll();
  }

  stop(): void {
    this.running = false;
    document.removeEventListener("visibilitychange", this.look);
    clearTimeout(this.timer);
    this.reading?.abort.abort();
  }

  get(line: number): Slot {
    return this.cache.get(line);
  }

  /** Say which lines are in sight: they are read, and kept, before others. */
  want(first: number, last: number): void {
    this.wanted = { first: Math.max(1, first), last };
    this.cache.touch(this.wanted.first, last);
    const { reading } = this;
    if (reading && (reading.range.last < first || reading.range.first > last)) {
      reading.abort.abort();
      this.reading = null;
    }
    void this.read();
  }

  /** Look for more now: the attempt is known to have ended, somebody looks again, or an error is to be tried again. */
  readonly look = (): void => {
    clearTimeout(this.timer);
    this.pause = POLL_MS;
    if (!this.running || document.hidden) return;
    this.change({ error: null });
    void this.poll();
    void this.read();
  };

  private async poll(): Promise<void> {
    const { opened, total, ended } = this.state.get();
    if (ended || this.polling) return;
    this.polling = true;
    try {
      const first = opened ? total + 1 : this.opening();
      const answer = await this.ask(first, CHUNK_LINES);
      this.take(first > 0 ? first : Math.max(1, answer.total + 1 + first), answer);
      this.pause = answer.total > total ? POLL_MS : Math.min(SILENT_POLL_MS, this.pause * PATIENCE);
      this.change({ opened: true, total: answer.total, ended: answer.ended, error: null });
      void this.read();
    } catch (error) {
      this.fail(error);
    }
    this.polling = false;
    this.pollLater();
  }

  private pollLater(): void {
    const { ended, error } = this.state.get();
    // What the API refuses it will refuse again.
    const refused = error instanceof ApiError && !error.passing;
    if (!this.running || document.hidden || ended || refused) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.poll(), error ? RETRY_MS : this.pause);
  }

  private opening(): number {
    return this.line === undefined ? -CHUNK_LINES : Math.max(1, this.line - CHUNK_LINES / 2);
  }

  /** Read what is wanted and not there, range by range. */
  private async read(): Promise<void> {
    if (this.reading || !this.running || this.state.get().error) return;
    const { first, last } = this.wanted;
    const range = this.cache.missing({ first, last: Math.min(last, this.state.get().total) });
    if (!range) return;
    const abort = new AbortController();
    this.reading = { range, abort };
    try {
      const answer = await this.ask(range.first, range.last - range.first + 1, abort.signal);
      this.take(range.first, answer, range.last);
      this.change({ total: Math.max(answer.total, this.state.get().total) });
    } catch (error) {
      if (!abort.signal.aborted) this.fail(error);
    }
    if (this.reading?.abort === abort) this.reading = null;
    if (!abort.signal.aborted) void this.read();
  }

  private take(first: number, answer: LogLines, asked = first + CHUNK_LINES - 1): void {
    const last = Math.min(answer.next === null ? answer.total : answer.next - 1, asked);
    if (last >= first) this.cache.put({ first, last }, answer.lines);
  }

  private ask(from: number, limit: number, signal?: AbortSignal): Promise<LogLines> {
    const { runId, taskId, attempt } = this.address;
    const params = { path: { run_id: runId, task_id: taskId }, query: { attempt, from, limit } };
    return body(api.GET("/runs/{run_id}/tasks/{task_id}/logs/lines", { params, ...(signal && { signal }) }));
  }

  private fail(thrown: unknown): void {
    this.change({ error: asError(thrown) });
  }

  /** Every change is told, also one of the lines alone. */
  private change(part: Partial<LogState>): void {
    if (this.running) this.state.set({ ...this.state.get(), ...part });
  }
}

/** Return the address from which a browser keeps the log as a file. */
export function downloadUrl({ runId, taskId, attempt }: LogAddress): string {
  const path = `/runs/${encodeURIComponent(runId)}/tasks/${encodeURIComponent(taskId)}/logs`;
  return `${path}?attempt=${attempt}&download=true`;
}
