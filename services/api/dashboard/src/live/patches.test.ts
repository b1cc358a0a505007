import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Patches } from "./patches";
import type { Message } from "./stream";

/** A snapshot: the seq of each entry. */
type Snapshot = Readonly<Record<string, number>>;

const KEY = ["entries"];
const event = (id: string, seq: number): Message => ({ type: "Run", data: JSON.stringify({ id, seq }) });

function patch(snapshot: Snapshot, batch: readonly Message[]): Snapshot {
  let next = snapshot;
  for (const { id, seq } of batch.filter(({ type }) => type === "Run").map(({ data }) => JSON.parse(data))) {
    if (seq > (next[id] ?? 0)) next = { ...next, [id]: seq };
  }
  return next;
}

let client: QueryClient;
let patches: Patches<Snapshot>;
let answers: Deferred<Snapshot>[];
let leave: () => void;

beforeEach(() => {
  client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  client.setQueryData<Snapshot>(KEY, { a: 1 });
  answers = [];
  patches = new Patches(client, KEY, patch);
  const stop = patches.follow();
  const queryFn = () => {
    const answer = deferred<Snapshot>();
    answers.push(answer);
    return answer.promise;
  };
  const observer = new QueryObserver(client, { queryKey: KEY, queryFn, staleTime: Number.POSITIVE_INFINITY });
  const unsubscribe = observer.subscribe(() => undefined);
  leave = () => {
    unsubscribe();
    stop();
  };
});

afterEach(() => {
  leave();
  vi.useRealTimers();
});

const shown = () => client.getQueryData<Snapshot>(KEY);

/** Read the snapshot anew; the function returned brings the answer. */
function reading(): (answer: Snapshot | Error) => Promise<void> {
  const read = client.refetchQueries({ queryKey: KEY });
  return async (answer) => {
    if (answer instanceof Error) answers.at(-1)?.reject(answer);
    else answers.at(-1)?.resolve(answer);
    await read;
  };
}

test("what comes while the snapshot is read anew is shown at once, and not lost when an older answer arrives", async () => {
  const answer = reading();
  patches.take([event("a", 3), event("b", 4)]);
  expect(shown()).toEqual({ a: 3, b: 4 });
  await answer({ a: 2, c: 2 });
  expect(shown()).toEqual({ a: 3, b: 4, c: 2 });
});

test("an answer that is ahead of what came meanwhile stands", async () => {
  const answer = reading();
  patches.take([event("a", 3)]);
  await answer({ a: 7 });
  expect(shown()).toEqual({ a: 7 });
});

test("what came before a read is in its answer, and not applied again", async () => {
  patches.take([event("gone", 3)]);
  await reading()({ a: 3 });
  expect(shown()).toEqual({ a: 3 });
});

test("a read that is replaced by another keeps what came during both", async () => {
  reading();
  patches.take([event("a", 3)]);
  const second = reading();
  patches.take([event("b", 4)]);
  await second({ a: 1 });
  expect(shown()).toEqual({ a: 3, b: 4 });
});

test("after a read that failed nothing is kept for the next one", async () => {
  const first = reading();
  patches.take([event("gone", 3)]);
  await first(new Error("away"));
  expect(shown()).toEqual({ a: 1, gone: 3 });
  await reading()({ a: 1 });
  expect(shown()).toEqual({ a: 1 });
});

test.each(["LogForked", "Overflow"])(
  "what came before a %s is not applied to what is read after it",
  async (type) => {
    const answer = reading();
    patches.take([event("a", 9)]);
    patches.take([event("a", 8), { type, data: "{}" }, event("b", 5)]);
    await answer({ a: 4 });
    expect(shown()).toEqual({ a: 4, b: 5 });
  },
);

test.each(["LogForked", "Overflow"])(
  "after a %s the snapshot is read anew, whoever else does",
  async (type) => {
    const before = reading();
    patches.take([{ type, data: "{}" }]);
    expect(answers).toHaveLength(2);
    await before({ a: 8 });
    expect(shown()).toEqual({ a: 8 });
    patches.take([event("a", 9)]);
    expect(answers).toHaveLength(2);
  },
);

test("where the snapshot cannot be read after a break it is tried again, with what comes and not too often", async () => {
  vi.useFakeTimers();
  patches.take([{ type: "Overflow", data: "{}" }]);
  answers.at(-1)?.reject(new Error("away"));
  await vi.advanceTimersByTimeAsync(1000);
  patches.take([event("a", 2)]);
  expect(answers).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(5000);
  patches.take([event("a", 3)]);
  expect(answers).toHaveLength(2);
  answers.at(-1)?.resolve({ a: 4, b: 1 });
  await vi.advanceTimersByTimeAsync(10_000);
  patches.take([event("b", 2)]);
  expect(shown()).toEqual({ a: 4, b: 2 });
  expect(answers).toHaveLength(2);
});

test("a page that is read beside the snapshot has what came meanwhile too", async () => {
  const page = deferred<Snapshot>();
  const joined = patches.join(page.promise, (snapshot, more) => ({ ...more, ...snapshot }));
  patches.take([event("z", 6)]);
  page.resolve({ z: 2, y: 2 });
  await joined;
  expect(shown()).toEqual({ a: 1, z: 6, y: 2 });
});

test("a page that was asked for before the log broke is not put to what is read after it", async () => {
  const page = deferred<Snapshot>();
  const joined = patches.join(page.promise, (snapshot, more) => ({ ...more, ...snapshot }));
  patches.take([{ type: "LogForked", data: "{}" }]);
  page.resolve({ gone: 2 });
  await joined;
  expect(shown()).toEqual({ a: 1 });
});

interface Deferred<T> {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (reason: Error) => void;
}

function deferred<T>(): Deferred<T> {
  let settle: Pick<Deferred<T>, "resolve" | "reject"> | undefined;
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject };
  });
  if (!settle) throw new Error("a promise begins at once");
  return { promise, ...settle };
}
