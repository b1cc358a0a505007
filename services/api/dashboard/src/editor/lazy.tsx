/** The editor and what compares two texts are large: they are loaded where one is opened. */

import { type ComponentProps, lazy, Suspense } from "react";
import { Loading } from "@/ui/notices";

const LoadedEditor = lazy(() => import("./code-editor"));
const LoadedReader = lazy(() => import("./code-reader"));
const LoadedDiff = lazy(() => import("./diff-view"));

export function Editor(props: ComponentProps<typeof LoadedEditor>) {
  return (
    <Suspense fallback={<Waiting className={props.className} />}>
      <LoadedEditor {...props} />
    </Suspense>
  );
}

export function Reader(props: ComponentProps<typeof LoadedReader>) {
  return (
    <Suspense fallback={<Waiting className={props.className} />}>
      <LoadedReader {...props} />
    </Suspense>
  );
}

export function Diff(props: ComponentProps<typeof LoadedDiff>) {
  return (
    <Suspense fallback={<Waiting className={props.className} />}>
      <LoadedDiff {...props} />
    </Suspense>
  );
}

/** As large as what will be there, so that nothing jumps. */
function Waiting({ className = "" }: { className?: string | undefined }) {
  return (
    <div className={`rounded-md border border-line ${className}`}>
      <Loading what="Opening the editor" />
    </div>
  );
}
