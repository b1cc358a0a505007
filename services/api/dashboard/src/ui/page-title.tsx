import clsx from "clsx";
import { type ReactNode, useEffect, useRef } from "react";
import { greet } from "@/lib/arrival";

/** The heading of a page, which names the window too; `name` where its text alone would not do. */
export function PageTitle(props: { children: ReactNode; name?: string | undefined; className?: string }) {
  const { children, name, className } = props;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (heading.current) greet(heading.current);
  }, []);
  useEffect(() => {
    document.title = `${name ?? heading.current?.textContent ?? ""} · Penstock`;
  });
  return (
    <h1 ref={heading} tabIndex={-1} className={clsx("w-fit max-w-full break-words", className)}>
      {children}
    </h1>
  );
}
