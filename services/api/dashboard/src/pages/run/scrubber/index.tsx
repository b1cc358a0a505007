import clsx from "clsx";
import { ChevronLeft, ChevronRight, History as Clock, Link2, Pause, Play, Radio } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import type { History } from "@/core/history";
import { copyText } from "@/lib/copy";
import { clock, count } from "@/lib/format";
import { hasEnded } from "@/lib/runs";
import { Button } from "@/ui/button";
import { Select } from "@/ui/fields";
import type { RunView } from "../view";
import { eventLine } from "../words/names";
import { SPEED_LABELS, SPEEDS, type Speed } from "./play";
import { clamp, type Jump } from "./strip";
import { Strip } from "./strip-view";
import { useScrubberKeys } from "./use-keys";
import { type Player, usePlay } from "./use-play";

/** The time machine: which moment the whole page shows, and every way to another. */
export function Scrubber({ view, onTask }: { view: RunView; onTask: (taskId: string) => void }) {
  const { history, chronicle, moment } = view;
  const [speed, setSpeed] = useState<Speed>("1");
  const { n, move } = moment;
  const player = usePlay(history, n, speed, move);
  const jump = (to: Jump) => {
    if (to === "toggle") {
      player.toggle();
    } else {
      player.stop();
      move(to.n);
    }
  };
  useScrubberKeys({
    n,
    length: history === null ? 0 : chronicle.length,
    ready: history !== null,
    failed: chronicle.error !== null,
    jump,
  });
  return (
    <section
      aria-label="History of the run"
      className="overflow-hidden rounded-lg border border-line bg-panel shadow-panel"
      data-testid="scrubber"
      data-moment={n}
      data-past={moment.past}
    >
      <Where view={view} onNow={() => jump({ n: null })} />
      {history === null || chronicle.length === 0 ? (
        <Blank />
      ) : (
        <div className="px-3 pt-2 pb-1">
          <div className="mb-2.5 flex flex-wrap items-center gap-x-2 gap-y-1">
            <Transport
              n={n}
              length={chronicle.length}
              player={player}
              speed={speed}
              onSpeed={setSpeed}
              jump={jump}
            />
            <CurrentEvent history={history} view={view} onTask={onTask} />
            <LinkHere history={history} n={n} />
          </div>
          <Strip
            history={history}
            length={chronicle.length}
            n={n}
            nameOf={view.nameOf}
            onMove={(to) => jump({ n: to })}
          />
        </div>
      )}
    </section>
  );
}

/** As high as what will be there, so that nothing jumps when it is. */
function Blank() {
  return (
    <div aria-hidden className="px-3 pt-2 pb-5">
      <div className="mb-2.5 h-8 max-sm:h-[3.8rem]" />
      <div className="h-8 rounded-sm bg-sunken" />
    </div>
  );
}

/** Says whether the page shows the present or the past, so that nobody can take the one for the other. */
function Where({ view, onNow }: { view: RunView; onNow: () => void }) {
  const { moment, history } = view;
  const past = moment.past && history !== null;
  return (
    <div
      role="status"
      // Said when it turns to the past, and not with every batch of events of a run that goes on.
      aria-live={past ? "polite" : "off"}
      data-testid="where"
      className={clsx(
        "flex min-h-8 items-center gap-2 px-3 py-1 text-xs leading-snug",
        past ? "bg-text text-bg" : "border-line border-b text-dim",
      )}
    >
      <WhereWords view={view} />
      {past && (
        <button
          type="button"
          onClick={onNow}
          className="ml-auto inline-flex items-center gap-1.5 rounded-md border border-bg/40 px-2 py-0.5 font-semibold hover:bg-bg hover:text-text"
        >
          Now
        </button>
      )}
    </div>
  );
}

function WhereWords({ view }: { view: RunView }) {
  const { moment, history, chronicle, run } = view;
  const events = `${count(chronicle.length)} ${chronicle.length === 1 ? "event" : "events"}`;
  if (history === null) {
    if (chronicle.error)
      return <span>The history could not be read as a whole; you see the run as it was told.</span>;
    return <span>Reading the history{chronicle.length > 0 && `: ${events} so far`} …</span>;
  }
  if (chronicle.length === 0) return <span>Nothing has happened yet: there is no event to show.</span>;
  if (moment.past) {
    return (
      <span className="tabular inline-flex min-w-0 items-center gap-2 font-medium">
        <Clock aria-hidden className="size-4 shrink-0" />
        <span className="min-w-0">
          You see {clock(history.timeAt(moment.n))}, event {count(moment.n)} of {count(chronicle.length)}; the
          run went on
        </span>
      </span>
    );
  }
  if (hasEnded(run)) return <span className="tabular">The run as it ended, after {events}</span>;
  return (
    <span className="tabular inline-flex items-center gap-2">
      <Radio aria-hidden className="size-4 shrink-0 text-accent" />
      The present, live: {events} so far
    </span>
  );
}

interface TransportProps {
  n: number;
  length: number;
  player: Player;
  speed: Speed;
  onSpeed: (speed: Speed) => void;
  jump: (to: Jump) => void;
}

function Transport({ n, length, player, speed, onSpeed, jump }: TransportProps) {
  return (
    <div className="flex items-center gap-1">
      <Button
        size="icon"
        kind="ghost"
        aria-label="One event back"
        title="One event back (←)"
        disabled={n <= 1}
        onClick={() => jump({ n: clamp(n - 1, length) })}
      >
        <ChevronLeft aria-hidden className="size-4" />
      </Button>
      <Button
        size="icon"
        aria-label={player.playing ? "Pause" : "Play"}
        title={player.playing ? "Pause (Space)" : "Play the history (Space)"}
        onClick={() => jump("toggle")}
      >
        {player.playing ? <Pause aria-hidden className="size-4" /> : <Play aria-hidden className="size-4" />}
      </Button>
      <Button
        size="icon"
        kind="ghost"
        aria-label="One event forth"
        title="One event forth (→)"
        disabled={n >= length}
        onClick={() => jump({ n: clamp(n + 1, length) })}
      >
        <ChevronRight aria-hidden className="size-4" />
      </Button>
      <Select
        aria-label="Speed of play"
        value={speed}
        onChange={({ target }) => onSpeed(SPEEDS.find((one) => one === target.value) ?? "1")}
        className="!h-7 text-xs"
      >
        {SPEEDS.map((one) => (
          <option key={one} value={one}>
            {SPEED_LABELS[one]}
          </option>
        ))}
      </Select>
    </div>
  );
}

/** The event after which the page shows the run, in words. */
function CurrentEvent(props: { history: History; view: RunView; onTask: (taskId: string) => void }) {
  const { history, view, onTask } = props;
  const event = history.events[view.moment.n - 1];
  if (event === undefined) return null;
  const words = eventLine(event, view.nameOf);
  const task = "task_id" in event && history.plan.number.has(event.task_id) ? event.task_id : undefined;
  return (
    <p
      className="flex min-w-0 flex-1 items-baseline gap-2 text-sm max-sm:order-last max-sm:basis-full"
      data-testid="current-event"
      title={words}
    >
      <span className="tabular shrink-0 text-dim">{clock(event.at)}</span>
      {task === undefined ? (
        <bdi className="min-w-0 truncate">{words}</bdi>
      ) : (
        <button
          type="button"
          className="min-w-0 truncate text-left hover:underline"
          onClick={() => onTask(task)}
        >
          <bdi>{words}</bdi>
        </button>
      )}
    </p>
  );
}

/** Copies the address of this page at this very moment, so that it stays that moment while the run goes on. */
function LinkHere({ history, n }: { history: History; n: number }) {
  const copy = async () => {
    const here = new URL(location.href);
    here.searchParams.set("at", String(history.seqAt(n)));
    if (await copyText(here.href)) toast.success("A link to this moment was copied");
    else toast.error("The browser did not allow to copy the link");
  };
  return (
    <Button size="small" kind="ghost" onClick={() => void copy()} title="Copy a link to this moment">
      <Link2 aria-hidden className="size-4" />
      <span className="max-sm:sr-only">Copy link</span>
    </Button>
  );
}
