import { getRouteApi } from "@tanstack/react-router";
import { Pause, Play, X } from "lucide-react";
import { useMemo, useState } from "react";
import { count, plural } from "@/lib/format";
import { ALL_EVENTS } from "@/live/use-live";
import { Button } from "@/ui/button";
import { ClearFilters } from "@/ui/clear-filters";
import { Empty } from "@/ui/notices";
import { PageHead, Panel } from "@/ui/panel";
import { FeedList } from "./list";
import { useFeed } from "./use-feed";

const route = getRouteApi("/ui/events");

/** Everything that is decided and reported, as it happens, in the whole deployment. */
export function FeedPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const types = useMemo(() => search.types?.split(",") ?? [], [search.types]);
  const [held, setHeld] = useState(false);
  const { entries, missed } = useFeed(types, search.dag ?? "", held);
  const show = (next: readonly string[], dag = search.dag) =>
    void navigate({
      replace: true,
      search: { ...(next.length && { types: next.join(",") }), ...(dag && { dag }) },
    });
  const Icon = held ? Play : Pause;
  return (
    <>
      <PageHead
        title="Events"
        actions={
          <Button onClick={() => setHeld(!held)} aria-pressed={held}>
            <Icon aria-hidden className="size-4" />
            {held ? `Go on${missed ? ` (${count(missed)} new)` : ""}` : "Hold"}
          </Button>
        }
      >
        <span>{plural(entries.length, "event")} here, the latest first</span>
        {search.dag && (
          <Button size="small" onClick={() => show(types, "")}>
            DAG {search.dag} <X aria-hidden className="size-3.5" />
          </Button>
        )}
      </PageHead>
      <Types
        chosen={types}
        choose={show}
        narrowed={types.length > 0 || search.dag !== undefined}
        clear={() => show([], "")}
      />
      <Panel flush>
        {entries.length === 0 ? (
          <Empty title="No such event yet">It appears here the moment it is in the log.</Empty>
        ) : (
          <FeedList entries={entries} />
        )}
      </Panel>
    </>
  );
}

function Types(props: {
  chosen: readonly string[];
  choose: (types: readonly string[]) => void;
  /** Whether the feed is narrowed, by types or else. */
  narrowed: boolean;
  clear: () => void;
}) {
  const { chosen, choose, narrowed, clear } = props;
  return (
    <fieldset className="mb-3 flex min-w-0 gap-1 overflow-x-auto sm:flex-wrap">
      <legend className="sr-only">Types of events</legend>
      {ALL_EVENTS.map((type) => {
        const on = chosen.includes(type);
        return (
          <Button
            key={type}
            size="small"
            aria-pressed={on}
            className={on ? "border-strong-line bg-sunken" : "text-dim"}
            onClick={() => choose(on ? chosen.filter((one) => one !== type) : [...chosen, type])}
          >
            {type}
          </Button>
        );
      })}
      {narrowed && <ClearFilters onClear={clear} />}
    </fieldset>
  );
}
