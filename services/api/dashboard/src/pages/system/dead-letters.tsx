import { useInfiniteQuery } from "@tanstack/react-query";
import { api, body } from "@/api/client";
import type { DeadLetterEntry } from "@/api/types";
import { bytes, plural } from "@/lib/format";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/fields";
import { Failure, Loading } from "@/ui/notices";
import { Panel } from "@/ui/panel";
import { Ago } from "@/ui/time";

const PAGE = 50;

/** What could not be read, kept for somebody to look at. `count` changes when another one comes. */
export function DeadLetters({ count }: { count: number }) {
  const query = useInfiniteQuery({
    queryKey: ["dead-letters", count],
    queryFn: ({ pageParam }) =>
      body(
        api.GET("/dead-letters", {
          params: { query: { limit: PAGE, ...(pageParam && { cursor: pageParam }) } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: (before) => before,
  });
  const letters = query.data?.pages.flatMap((page) => page.dead_letters) ?? [];
  return (
    <Panel title={`Dead letters (${plural(count, "entry", "entries")})`} flush>
      <p className="border-line border-b px-3.5 py-2 text-dim text-sm">
        Facts and queue entries that no Penstock wrote like this. They were put aside, so nothing waits for
        them.
      </p>
      {query.error && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.isPending && <Loading />}
      <ul>
        {letters.map((letter) => (
          <Letter key={`${letter.partition} ${letter.id}`} letter={letter} />
        ))}
      </ul>
      {query.hasNextPage && (
        <div className="p-3">
          <Button size="small" disabled={query.isFetching} onClick={() => void query.fetchNextPage()}>
            Load more
          </Button>
        </div>
      )}
    </Panel>
  );
}

function Letter({ letter }: { letter: DeadLetterEntry }) {
  return (
    <li className="border-line border-b px-3.5 py-2 text-sm last:border-0">
      <div className="flex flex-wrap items-center gap-x-4 text-dim text-xs">
        <span>partition {letter.partition}</span>
        <span className="font-mono">{letter.id}</span>
        <Ago at={letter.at} />
        <span>{bytes(letter.size)}</span>
        <CopyButton text={letter.data} label="Copy the entry" />
      </div>
      <p>{letter.reason}</p>
      <pre className="mt-1 max-h-40 overflow-auto whitespace-pre-wrap break-all rounded bg-sunken p-2 font-mono text-xs">
        {letter.data}
      </pre>
    </li>
  );
}
