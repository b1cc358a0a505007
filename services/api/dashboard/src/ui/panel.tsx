import clsx from "clsx";
import { type ReactNode, useId } from "react";
import { PageTitle } from "./page-title";

/** A framed part of a page, with a heading. */
export function Panel(props: {
  title?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  className?: string;
  flush?: boolean;
}) {
  const { title, actions, children, className, flush } = props;
  const heading = useId();
  return (
    <section
      aria-labelledby={title ? heading : undefined}
      className={clsx("min-w-0 rounded-lg border border-line bg-panel shadow-panel", className)}
    >
      {(title || actions) && (
        <header className="flex min-h-10 flex-wrap items-center justify-between gap-2 border-line border-b px-3.5 py-1.5">
          <h2 id={heading} className="font-semibold text-sm">
            {title}
          </h2>
          {actions && <div className="flex items-center gap-2">{actions}</div>}
        </header>
      )}
      <div className={flush ? "" : "p-3.5"}>{children}</div>
    </section>
  );
}

/** The top of a page: where we are, what it is, what can be done; on a phone the last stands beside the first. */
export function PageHead(props: {
  title: ReactNode;
  /** What the window is called; without it, as the title. */
  name?: string;
  trail?: ReactNode;
  actions?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <header className="mb-4 grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 gap-y-1 sm:flex sm:flex-wrap sm:items-end sm:justify-between sm:gap-x-6 sm:gap-y-2">
      <div className="contents sm:block sm:min-w-0">
        {props.trail && (
          <nav
            aria-label="Breadcrumb"
            className="flex flex-wrap gap-1.5 text-dim text-xs [overflow-wrap:anywhere] sm:mb-0.5"
          >
            {props.trail}
          </nav>
        )}
        <PageTitle
          name={props.name}
          className={clsx("font-semibold text-xl tracking-tight", props.trail && "col-span-2")}
        >
          {props.title}
        </PageTitle>
        {props.children && (
          <div className="col-span-2 flex flex-wrap items-center gap-x-4 gap-y-1 text-dim text-sm sm:mt-1">
            {props.children}
          </div>
        )}
      </div>
      {props.actions && (
        <div className="col-start-2 row-start-1 flex flex-wrap items-center gap-2">{props.actions}</div>
      )}
    </header>
  );
}

/** A figure with what it counts. */
export function Figure({ label, value, hint }: { label: string; value: ReactNode; hint?: ReactNode }) {
  return (
    <div className="min-w-0">
      <div className="truncate text-dim text-xs">{label}</div>
      <div className="tabular truncate font-semibold text-lg tracking-tight">{value}</div>
      {hint && <div className="truncate text-dim text-xs">{hint}</div>}
    </div>
  );
}
