/**
 * The live stream of this tab: one `EventSource`, whatever the page.
 *
 * Messages are collected and handed on once per animation frame. Where the stream breaks it goes on after the last
 * message that was seen, without a gap or a repetition: the browser does so by itself, and after a refusal we do. While
 * the tab is hidden for long the stream rests.
 */

import { Value } from "@/lib/external";
import { address, type Topic } from "./topic";

export interface Message {
  readonly type: string;
  /** The event as JSON, not parsed: what a frame replaces need not be read. */
  readonly data: string;
}

export type Connection = "off" | "connecting" | "live" | "waiting" | "resting";
type Receiver = (batch: readonly Message[]) => void;

const REST_AFTER_MS = 10_000;
/** Timers that come so late say that the machine slept: what looks like an open connection may be none. */
const SLEPT_MS = 30_000;
const PULSE_MS = 5000;
const RETRY_MS = [500, 1000, 2000, 4000, 8000];
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
  private pulse: ReturnType<typeof setInterval> | undefined;
  private closed = false;

  /** Follow `topic` after `position`; `types` are the names of the messages that are wanted. */
  constructor(
    private readonly topic: Topic,
    private position: string | null,
    private readonly types: readonly string[],
    private readonly receive: Receiver,
  ) {
    document.addEventListener("visibilitychange", this.onVisibility);
    addEventListener("online", this.reopen);
    let beat = Date.now();
    this.pulse = setInterval(() => {
      if (Date.now() - beat > SLEPT_MS) this.reopen();
      beat = Date.now();
    }, PULSE_MS);
    // A browser has few connections to one host: a tab that was opened behind another waits until it is looked at.
    if (document.hidden) connection.set("resting");
    else this.open();
  }

  close(): void {
    this.closed = true;
    document.removeEventListener("visibilitychange", this.onVisibility);
    removeEventListener("online", this.reopen);
    clearInterval(this.pulse);
    clearTimeout(this.rest);
    this.stop("off");
  }

  private open(): void {
    connection.set(this.failures ? "waiting" : "connecting");
    const source = new EventSource(address(this.topic, this.position));
    this.source = source;
    source.onopen = () => {
      this.failures = 0;
      connection.set("live");
    };
    source.onerror = () => this.onError(source);
    for (const type of this.types) source.addEventListener(type, this.onMessage);
  }

  private readonly onMessage = (event: MessageEvent<string>): void => {
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
    if (batch.length && !this.closed) this.receive(batch);
  };

  private onError(source: EventSource): void {
    if (source !== this.source) return;
    if (source.readyState === EventSource.CONNECTING) {
      connection.set("waiting");
      return;
    }
    // Refused: the browser gives up for good, we do not.
    this.stop("waiting");
    const delay = RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)];
    this.failures += 1;
    this.retry = setTimeout(() => this.open(), delay);
  }

  private readonly onVisibility = (): void => {
    clearTimeout(this.rest);
    if (document.hidden) {
      this.rest = setTimeout(() => this.stop("resting"), REST_AFTER_MS);
    } else if (!this.source && connection.get() === "resting") {
      this.open();
    }
  };

  private readonly reopen = (): void => {
    if (!this.source || document.hidden) return;
    this.stop("connecting");
    this.open();
  };

  private stop(state: Connection): void {
    clearTimeout(this.retry);
    this.source?.close();
    this.source = null;
    connection.set(state);
  }
}
