import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { connection, LiveStream, type Message, REST_AFTER_MS, SILENCE_MS, STALE_MS } from "./stream";

/** What a browser's `EventSource` shows of itself, moved by hand. */
class Source extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly CLOSED = 2;
  readyState = Source.CONNECTING;
  onopen: (() => void) | undefined;
  onerror: (() => void) | undefined;

  constructor(readonly url: string) {
    super();
    sources.push(this);
  }

  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }

  tell(type: string, data: string, lastEventId: string): void {
    this.dispatchEvent(Object.assign(new Event(type), { data, lastEventId }));
  }

  fail(readyState: number): void {
    this.readyState = readyState;
    this.onerror?.();
  }

  close(): void {
    this.readyState = Source.CLOSED;
  }
}

const page = Object.assign(new EventTarget(), { hidden: false });
const window = new EventTarget();
let sources: Source[];
let received: string[][];
let renewed: boolean[];
let renewal: () => Promise<string | null>;
let stream: LiveStream | undefined;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", Source);
  vi.stubGlobal("document", page);
  vi.stubGlobal("addEventListener", window.addEventListener.bind(window));
  vi.stubGlobal("removeEventListener", window.removeEventListener.bind(window));
  vi.stubGlobal("requestAnimationFrame", (draw: () => void) => setTimeout(draw, 16));
  page.hidden = false;
  [sources, received, renewed] = [[], [], []];
  renewal = async () => "0:90";
});

afterEach(() => {
  stream?.close();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function begin(position: string | null = "0:5"): Source {
  stream = new LiveStream({ digest: true }, position, ["Run"], {
    receive: (batch: readonly Message[]) => received.push(batch.map(({ data }) => data)),
    renew: (refused) => {
      renewed.push(refused);
      return renewal();
    },
  });
  return latest();
}

function latest(): Source {
  const source = sources.at(-1);
  if (!source) throw new Error("nothing was opened");
  return source;
}

const after = (source: Source) => new URL(source.url, "http://here").searchParams.get("last_event_id");
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

function look(hidden: boolean): void {
  page.hidden = hidden;
  page.dispatchEvent(new Event("visibilitychange"));
}

test("messages are handed on together, once per frame", async () => {
  const source = begin();
  source.open();
  source.tell("Run", "one", "0:6");
  source.tell("Run", "two", "0:7");
  expect(received).toEqual([]);
  await pass(16);
  expect(received).toEqual([["one", "two"]]);
  expect(connection.get()).toBe("live");
});

test("after a refusal it goes on after the last message, or the last beat", async () => {
  const source = begin();
  source.open();
  source.tell("Run", "one", "0:6");
  source.tell("Beat", "", "0:9");
  source.fail(Source.CLOSED);
  expect(connection.get()).toBe("waiting");
  await pass(500);
  expect(after(latest())).toBe("0:9");
  expect(renewed).toEqual([]);
});

test("while the browser connects again by itself nothing else is opened", async () => {
  const source = begin();
  source.open();
  source.fail(Source.CONNECTING);
  expect(connection.get()).toBe("waiting");
  await pass(10_000);
  expect(sources).toEqual([source]);
});

test("refused twice, the snapshot is read anew and followed from its own position", async () => {
  begin().fail(Source.CLOSED);
  await pass(500);
  latest().fail(Source.CLOSED);
  expect(connection.get()).toBe("refused");
  await pass(1000);
  expect(renewed).toEqual([true]);
  expect(after(latest())).toBe("0:90");
  latest().open();
  expect(connection.get()).toBe("live");
});

test("as long as the snapshot cannot be read it is tried again, less and less often", async () => {
  renewal = () => Promise.reject(new Error("gone"));
  begin().fail(Source.CLOSED);
  await pass(500);
  latest().fail(Source.CLOSED);
  await pass(1000 + 2000 + 4000);
  expect(renewed).toEqual([true, true, true]);
  expect(sources).toHaveLength(2);
  renewal = async () => "0:91";
  await pass(8000);
  expect(after(latest())).toBe("0:91");
});

test("a stream that is silent for longer than its beats allow is opened anew", async () => {
  const source = begin();
  source.open();
  for (let beat = 0; beat < 4; beat += 1) {
    await pass(15_000);
    source.tell("Beat", "", "0:5");
  }
  expect(sources).toHaveLength(1);
  await pass(SILENCE_MS + 10_000);
  expect(sources).toHaveLength(2);
  expect(source.readyState).toBe(Source.CLOSED);
  expect(connection.get()).toBe("waiting");
});

test("when the network comes back it does not wait", () => {
  const source = begin();
  source.open();
  source.fail(Source.CONNECTING);
  window.dispatchEvent(new Event("online"));
  expect(sources).toHaveLength(2);
  expect(source.readyState).toBe(Source.CLOSED);
});

test("a tab that is opened in the background holds no connection until it is looked at", async () => {
  page.hidden = true;
  expect(() => begin()).toThrow("nothing was opened");
  expect(connection.get()).toBe("resting");
  window.dispatchEvent(new Event("online"));
  await pass(SILENCE_MS + 10_000);
  expect(sources).toHaveLength(0);
  look(false);
  expect(after(latest())).toBe("0:5");
});

test("a hidden tab rests, and goes on where it was", async () => {
  const source = begin();
  source.open();
  source.tell("Run", "one", "0:6");
  look(true);
  await pass(REST_AFTER_MS);
  expect(source.readyState).toBe(Source.CLOSED);
  expect(connection.get()).toBe("resting");
  look(false);
  expect(after(latest())).toBe("0:6");
  expect(renewed).toEqual([]);
});

test("a tab that was away for a moment keeps its connection", async () => {
  const source = begin();
  source.open();
  look(true);
  await pass(REST_AFTER_MS / 2);
  look(false);
  await pass(REST_AFTER_MS);
  expect(sources).toEqual([source]);
});

test("after a long rest the snapshot is read anew instead of being told all that happened", async () => {
  begin().open();
  look(true);
  await pass(STALE_MS + REST_AFTER_MS);
  look(false);
  await pass(0);
  expect(renewed).toEqual([false]);
  expect(sources).toHaveLength(2);
  expect(after(latest())).toBe("0:90");
});

test("a browser that connects again by itself after a long time is not told all that happened either", async () => {
  const source = begin();
  source.open();
  vi.setSystemTime(Date.now() + STALE_MS + 1);
  source.open();
  await pass(0);
  expect(source.readyState).toBe(Source.CLOSED);
  expect(after(latest())).toBe("0:90");
});

test("a page that is left while its snapshot is read opens nothing more", async () => {
  let arrive: (position: string) => void = () => undefined;
  renewal = () =>
    new Promise((resolve) => {
      arrive = resolve;
    });
  begin().open();
  look(true);
  await pass(STALE_MS + REST_AFTER_MS);
  look(false);
  stream?.close();
  arrive("0:90");
  await pass(20_000);
  expect(sources).toHaveLength(1);
  expect(connection.get()).toBe("off");
});

test("what came just before is handed on before the snapshot is read anew, for that may fail", async () => {
  renewal = () => Promise.reject(new Error("gone"));
  const source = begin();
  source.open();
  source.tell("Run", "one", "0:6");
  vi.setSystemTime(Date.now() + STALE_MS + 1);
  source.open();
  expect(received).toEqual([["one"]]);
  expect(renewed).toEqual([false]);
});

test("what waits for a frame when the tab is hidden is handed on without one", async () => {
  vi.stubGlobal("requestAnimationFrame", () => 0);
  const source = begin();
  source.open();
  source.tell("Run", "one", "0:6");
  look(true);
  await pass(2000);
  source.tell("Run", "two", "0:7");
  await pass(2000);
  expect(received).toEqual([["one"], ["two"]]);
});
