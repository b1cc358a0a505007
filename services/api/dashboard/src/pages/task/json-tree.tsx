import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { count, plural } from "@/lib/format";
import { Button } from "@/ui/button";

const AT_ONCE = 100;
const LONG = 400;
/** So deep a value is open at first, as long as it has few entries. */
const OPEN_DEPTH = 2;
const OPEN_ENTRIES = 30;

/** A JSON value as a tree. Only what is open is in the page, and of long lists a part: a value may be very large. */
export function JsonTree({ value, label }: { value: unknown; label: string }) {
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
      tabIndex={0}
      className="max-h-96 overflow-auto font-mono text-xs leading-5"
    >
      <Value value={value} depth={0} />
    </section>
  );
}

function Value({ name, value, depth }: { name?: string; value: unknown; depth: number }) {
  if (typeof value !== "object" || value === null) {
    return (
      <div className="flex pl-4">
        <Name name={name} />
        <Leaf value={value} />
      </div>
    );
  }
  return <Branch {...(name !== undefined && { name })} value={value} depth={depth} />;
}

function Branch({ name, value, depth }: { name?: string; value: object; depth: number }) {
  const list = Array.isArray(value);
  // Keys only: the entries of a large object are made where they are shown.
  const keys = Object.keys(value);
  const [open, setOpen] = useState(depth < OPEN_DEPTH && (keys.length <= OPEN_ENTRIES || depth === 0));
  const [shown, setShown] = useState(AT_ONCE);
  const size = list ? plural(keys.length, "item") : plural(keys.length, "key");
  if (keys.length === 0) {
    return (
      <div className="flex pl-4">
        <Name name={name} />
        <span className="text-dim">{list ? "[]" : "{}"}</span>
      </div>
    );
  }
  return (
    <div>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="flex items-center text-left hover:text-accent"
      >
        <ChevronRight aria-hidden className={`size-4 shrink-0 text-dim ${open ? "rotate-90" : ""}`} />
        <Name name={name} />
        <span className="text-dim">
          {list ? "[" : "{"}
          {open ? "" : ` … ${list ? "]" : "}"}`} {size}
        </span>
      </button>
      {open && (
        <div className="ml-[7px] border-line border-l pl-2">
          {keys.slice(0, shown).map((key) => (
            <Value key={key} name={key} value={(value as Record<string, unknown>)[key]} depth={depth + 1} />
          ))}
          {keys.length > shown && (
            <Button
              size="small"
              className="my-1 ml-4 font-sans"
              onClick={() => setShown(shown + 10 * AT_ONCE)}
            >
              {count(keys.length - shown)} more
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

function Name({ name }: { name: string | undefined }) {
  if (name === undefined) return null;
  return <span className="mr-2 shrink-0 text-dim">{name}:</span>;
}

function Leaf({ value }: { value: unknown }) {
  const [whole, setWhole] = useState(false);
  if (typeof value !== "string") return <span className="text-[var(--s-running)]">{String(value)}</span>;
  const cut = !whole && value.length > LONG;
  return (
    <span className="min-w-0 whitespace-pre-wrap [overflow-wrap:anywhere]">
      {JSON.stringify(cut ? value.slice(0, LONG) : value)}
      {cut && (
        <Button size="small" kind="ghost" className="font-sans" onClick={() => setWhole(true)}>
          show all {count(value.length)} characters
        </Button>
      )}
    </span>
  );
}
