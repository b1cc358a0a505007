import clsx from "clsx";
import { ArrowDownToLine, ChevronDown, ChevronUp, Clock, Download, WrapText } from "lucide-react";
import { type ComponentProps, useSyncExternalStore } from "react";
import { count, plural } from "@/lib/format";
import { Button, buttonClass } from "@/ui/button";
import { SearchField } from "@/ui/fields";
import { logPrefs, prefer } from "./prefs";
import { after } from "./search-plan";
import type { Search } from "./use-search";

interface Props {
  readonly search: Search | null;
  readonly query: string;
  readonly onQuery: (query: string) => void;
  /** The match that the reader has gone to, null for none. */
  readonly current: number | null;
  readonly onStep: (direction: 1 | -1) => void;
  readonly total: number;
  /** More may come: the end can be followed. */
  readonly live: boolean;
  readonly following: boolean;
  readonly onEnd: () => void;
  readonly download: string;
}

export function LogToolbar(props: Props) {
  const { search, query, onQuery, onStep, live, following, onEnd, download } = props;
  const prefs = useSyncExternalStore(logPrefs.subscribe, logPrefs.get);
  return (
    <div className="flex flex-wrap items-center gap-x-2 gap-y-1.5 border-line border-b px-2.5 py-1.5">
      <SearchField
        value={query}
        onChange={onQuery}
        label="Search the log"
        className="min-w-0 flex-[1_1_11rem] sm:max-w-72"
      />
      {query && (
        <>
          <span className="inline-flex">
            <Icon
              label="Previous match"
              icon={ChevronUp}
              disabled={!search?.matches.length}
              onClick={() => onStep(-1)}
            />
            <Icon
              label="Next match"
              icon={ChevronDown}
              disabled={!search?.matches.length}
              onClick={() => onStep(1)}
            />
          </span>
          <SearchProgress {...props} />
        </>
      )}
      <span className="ml-auto inline-flex items-center gap-1">
        {live ? (
          <Button
            size="small"
            kind="ghost"
            aria-pressed={following}
            title="Stay at the end while lines come (G)"
            onClick={onEnd}
            className={clsx(following && "bg-accent-soft! text-accent!")}
          >
            <ArrowDownToLine aria-hidden className="size-3.5" /> Follow
          </Button>
        ) : (
          <Icon label="To the end" icon={ArrowDownToLine} onClick={onEnd} />
        )}
        <Icon
          label="Wrap long lines"
          icon={WrapText}
          pressed={prefs.wrap}
          onClick={() => prefer({ wrap: !prefs.wrap })}
        />
        <Icon
          label="Show when each line came"
          icon={Clock}
          pressed={prefs.times}
          onClick={() => prefer({ times: !prefs.times })}
        />
        <a
          href={download}
          download
          aria-label="Download the log"
          title="Download the log"
          className={buttonClass({ kind: "ghost", size: "small" }, "w-7 px-0!")}
        >
          <Download aria-hidden className="size-4" />
        </a>
      </span>
    </div>
  );
}

function Icon(
  props: { label: string; icon: typeof Clock; pressed?: boolean } & Pick<
    ComponentProps<"button">,
    "onClick" | "disabled"
  >,
) {
  const { label, icon: Mark, pressed, ...rest } = props;
  return (
    <Button
      kind="ghost"
      size="small"
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      className={clsx("w-7 px-0!", pressed && "bg-accent-soft! text-accent!")}
      {...rest}
    >
      <Mark aria-hidden className="size-4" />
    </Button>
  );
}

/** How far the search has come, and how to stop it or to go on. */
function SearchProgress({ search, current, total }: Pick<Props, "search" | "current" | "total">) {
  if (!search) return null;
  const { status, error, stop, resume } = search;
  return (
    <>
      <span role="status" className={clsx("tabular text-xs", error ? "text-danger" : "text-dim")}>
        {error ? error.message : found(search, current, total)}
      </span>
      {status === "searching" && (
        <Button size="small" onClick={stop}>
          Stop
        </Button>
      )}
      {status === "stopped" && (
        <Button size="small" onClick={resume}>
          Go on
        </Button>
      )}
    </>
  );
}

function found({ status, matches, searched }: Search, current: number | null, total: number): string {
  const place = current === null ? 0 : after(matches, current);
  const known = place > 0 && matches[place - 1] === current;
  const all = matches.length === 0 ? "No match" : plural(matches.length, "match", "matches");
  const what = known ? `${count(place)} of ${all}` : all;
  if (status === "done") return what;
  if (status === "full") return `${what}; more are not counted`;
  const share = `in the ${count(searched)} of ${count(total)} lines searched`;
  return `${what} ${share}${status === "searching" ? " so far" : ""}`;
}
