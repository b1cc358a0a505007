import clsx from "clsx";
import { Check, Copy, Search } from "lucide-react";
import { type ComponentProps, useEffect, useEffectEvent, useState } from "react";
import { toast } from "sonner";
import { copyText } from "@/lib/copy";
import { Button } from "./button";
import { useDraft } from "./draft";

const LOOK = "h-8 rounded-md border border-line bg-panel px-2.5 text-sm placeholder:text-dim";

export function Input({ className, ...rest }: ComponentProps<"input">) {
  return <input className={clsx(LOOK, className)} {...rest} />;
}

export function Select({ className, ...rest }: ComponentProps<"select">) {
  return <select className={clsx(LOOK, "pr-7", className)} {...rest} />;
}

/** A search field: what is typed is told after a short rest, so that the URL does not change with every key. */
export function SearchField(props: {
  value: string;
  onChange: (text: string) => void;
  label: string;
  className?: string;
}) {
  const { text, changed, setText, tell: tellText } = useDraft(props.value, props.onChange);
  // Only another key begins the rest anew: a page that changes all the time would else never hear of the text.
  const tell = useEffectEvent(tellText);
  useEffect(() => {
    if (!changed) return;
    const timer = setTimeout(tell, 200, text);
    return () => clearTimeout(timer);
  }, [text, changed]);
  return (
    <span className={clsx("relative inline-flex", props.className)}>
      <Search aria-hidden className="pointer-events-none absolute top-2 left-2.5 size-4 text-dim" />
      <Input
        type="search"
        data-search
        aria-label={props.label}
        placeholder={props.label}
        value={text}
        onChange={(event) => setText(event.target.value)}
        className="w-full pl-8"
      />
    </span>
  );
}

/** Copy a text, and say that it was. */
export function CopyButton({ text, label = "Copy" }: { text: string; label?: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1200);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    if (await copyText(text)) setCopied(true);
    else toast.error("The browser did not allow to copy");
  };
  const Icon = copied ? Check : Copy;
  return (
    <Button
      kind="ghost"
      size="small"
      aria-label={copied ? "Copied" : label}
      title={label}
      onClick={() => void copy()}
    >
      <Icon aria-hidden className="size-3.5" />
    </Button>
  );
}

export function Kbd({ children }: { children: string }) {
  return (
    <kbd className="rounded border border-line bg-sunken px-1.5 py-px font-mono text-[0.7rem] text-dim">
      {children}
    </kbd>
  );
}
