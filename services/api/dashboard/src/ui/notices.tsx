/** What stands where content is missing: nothing there yet, still loading, or gone wrong. */

import { Inbox, LoaderCircle, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { ApiError } from "@/api/errors";
import { Button } from "./button";
import { PageTitle } from "./page-title";

/** An empty state teaches: it says what will be here and how to get it. With `page` it stands for a whole page. */
export function Empty(props: { title: string; page?: boolean; children?: ReactNode }) {
  const { title, page = false, children } = props;
  return (
    <div className="flex flex-col items-center gap-2 px-6 py-10 text-center">
      <Inbox aria-hidden className="size-7 text-dim" />
      {page ? <PageTitle className="font-medium">{title}</PageTitle> : <p className="font-medium">{title}</p>}
      {children && <div className="max-w-prose text-dim text-sm">{children}</div>}
    </div>
  );
}

export function Loading({ what = "Loading" }: { what?: string }) {
  return (
    <p role="status" className="flex items-center justify-center gap-2 px-6 py-10 text-dim text-sm">
      <LoaderCircle aria-hidden className="size-4 animate-spin" />
      {what} …
    </p>
  );
}

/** An error says what happened and what to do. */
export function Failure({ error, retry }: { error: Error; retry?: (() => void) | undefined }) {
  const details = error instanceof ApiError ? error.details : [];
  return (
    <div role="alert" className="m-3 flex gap-3 rounded-md border border-danger/40 bg-danger/5 p-3 text-sm">
      <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-danger" />
      <div className="min-w-0 space-y-1">
        <p className="break-words font-medium">{error.message}</p>
        {details.map((detail) => (
          <p key={`${detail.field} ${detail.message}`} className="break-words text-dim">
            <code>{detail.field}</code> {detail.message}
            {detail.line ? ` (line ${detail.line}, column ${detail.column})` : ""}
          </p>
        ))}
        {retry && (
          <Button size="small" onClick={retry}>
            Try again
          </Button>
        )}
      </div>
    </div>
  );
}
