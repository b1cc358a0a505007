/**
 * The live stream of this tab: one `EventSource`, whatever the page.
 *
 * Messages are collected and handed on once per animation frame. Where the stream breaks it goes on after the last
 * message that was seen, without a gap or a repetition: the browser does so by itself, and after a refusal we do. Where
 * going on makes no sense, after a long time or because the API refuses to, the page's snapshot is read anew. While the
 * tab is hidden the stream rests: a browser has few connections to a server, and all its tabs share them.
 */

import { Value } from "@/lib/external";
import { address, type Topic } from "./topic";

export interface Message {
  readonly type: string;
  /** The event as JSON, not parsed: what a frame replaces need not be read. */
  readonly data: string;
}

export type Connection = "off" | "connecting" | "live" | "waiting" | "refused" | "resting";

export interface Follower {
  /** Takes all messages of an animation frame at once. */
  readonly receive: (batch: readonly Message[]) => void;
  /**
   * Read the snapshot anew, because it is far behind or (`refused`) because the API refuses to go on from it. Return
   * the position that the stream goes on after. Where it cannot be read, which the page shows, this is tried again.
   */
  readonly renew: (refused: boolean) => Promise<string | null>;
}

export const REST_AFTER_MS = 10_000;
const RETRY_MS = [500, 1000, 2000, 4000, 8000];
/** So many times in a row may the API refuse before the snapshot is read anew. */
const REFUSALS = 2;
/** The API says something every 15 s; a stream that is silent for longer than this is dead. */
export const SILENCE_MS = 40_000;
const CHECK_MS = 5000;
/** What happened in longer than this is not told event by event: the snapshot is read anew. */
export const STALE_MS = 5 * 60_000;
/** A hidden tab has no animation frames; what comes then is handed on at this pace. */
const HIDDEN_MS = 1000;

/** What the connection indicator shows. */
export const connection = new Value<Connection>("off");

export class LiveStream {
  private source: EventSource | null = null;
  private queue: Message[] = [];
  private scheduled = false;
  private failures = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private rest: ReturnType<typeof setTimeout> | undefined;
  private readonly checks: ReturnType<typeof setInterval>;
  /** Up to when the position is known to be good, and when the source last gave a sign of life or was opened. */
  private heard = Date.now();
  private alive = 0;
  /** What was begun before the last stop is not gone on with. */
  private turn = 0;
  private closed = false;

  /** Follow `topic` after `position`; `types` are the names of the messages that are wanted. */
  constructor(
    private readonly topic: Topic,
    private position: string | null,
    private readonly types: readonly string[],
    private readonly follower: Follower,
  ) {
    document.addEventListener("visibilitychange", this.onVisibility);
    addEventListener("online", this.onOnline);
    this.checks = setInterval(this.check, CHECK_MS);
    if (document.hidden) connection.set("resting");
    else this.open("connecting");
  }

  close(): void {
    this.closed = true;
    document.removeEventListener("visibilitychange", this.onVisibility);
    removeEventListener("online", this.onOnline);
    clearInterval(this.checks);
    clearTimeout(this.rest);
    this.stop("off");
  }

  /** Go on from the position, or anew where that lies too far back. */
  private open(state: Connection): void {
    this.stop(state);
    if (this.isStale()) void this.renew(false);
    else this.connect();
  }

  private connect(): void {
    const source = new EventSource(address(this.topic, this.position));
    this.source = source;
    this.alive = Date.now();
    source.onopen = () => this.onOpen();
    source.onerror = () => this.onError(source);
    source.addEventListener("Beat", this.onBeat);
    for (const type of this.types) source.addEventListener(type, this.onMessage);
  }

  private async renew(refused: boolean): Promise<void> {
    // What has come is of the snapshot that is there still: it must not be lost where that cannot be read anew.
    this.flush();
    const { turn } = this;
    let position: string | null;
    try {
      position = await this.follower.renew(refused);
    } catch {
      if (turn === this.turn) this.later(connection.get());
      return;
    }
    if (turn !== this.turn) return;
    this.position = position;
    this.heard = Date.now();
    this.connect();
  }

  private isStale(): boolean {
    return Date.now() - this.heard > STALE_MS;
  }

  private onOpen(): void {
    // The browser has connected again by itself, after a night in which the machine slept.
    if (this.isStale()) {
      this.open("connecting");
      return;
    }
    this.failures = 0;
    this.heed();
    connection.set("live");
  }

  private heed(): void {
    this.heard = Date.now();
    this.alive = this.heard;
  }

  private readonly onBeat = (event: MessageEvent<string>): void => {
    this.heed();
    this.position = event.lastEventId;
  };

  private readonly onMessage = (event: MessageEvent<string>): void => {
    this.heed();
    // Messages without an id repeat the last one here, as the standard says; so this never goes back.
    if (event.lastEventId) this.position = event.lastEventId;
    this.queue.push({ type: event.type, data: event.data });
    if (this.scheduled) return;
    this.scheduled = true;
    if (document.hidden) setTimeout(this.flush, HIDDEN_MS);
    else requestAnimationFrame(this.flush);
  };

  private readonly flush = (): void => {
    this.scheduled = false;
    const batch = this.queue;
    this.queue = [];
    if (batch.length && !this.closed) this.follower.receive(batch);
  };

  private onError(source: EventSource): void {
    if (source !== this.source) return;
    if (source.readyState === EventSource.CONNECTING) {
      connection.set("waiting");
      return;
    }
    // Refused: the browser gives up for good, we do not.
    this.later(this.failures + 1 >= REFUSALS ? "refused" : "waiting");
  }

  /** Try again, the less often the longer it goes on. */
  private later(state: Connection): void {
    const delay = RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)];
    this.failures += 1;
    this.stop(state);
    const again = () => (this.failures >= REFUSALS ? void this.renew(true) : this.open(state));
    this.retry = setTimeout(again, delay);
  }

  private readonly check = (): void => {
    if (this.source && Date.now() - this.alive > SILENCE_MS) this.open("waiting");
  };

  /** What was open before the network went is most likely dead. */
  private readonly onOnline = (): void => {
    if (connection.get() !== "resting") this.open("waiting");
  };

  private readonly onVisibility = (): void => {
    clearTimeout(this.rest);
    if (document.hidden) {
      this.rest = setTimeout(() => this.stop("resting"), REST_AFTER_MS);
      // The frame that was waited for will not come.
      if (this.scheduled) setTimeout(this.flush, HIDDEN_MS);
    } else if (connection.get() === "resting") this.open("connecting");
  };

  private stop(state: Connection): void {
    this.turn += 1;
    clearTimeout(this.retry);
    this.source?.close();
    this.source = null;
    connection.set(state);
  }
}
