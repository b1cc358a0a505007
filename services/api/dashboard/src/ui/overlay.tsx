/** Radix' dialog, menu, tooltip and tabs in our clothes. */

import clsx from "clsx";
import { X } from "lucide-react";
import { Dialog as D, DropdownMenu as M, Tabs as T, Tooltip as Tip } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { Button } from "./button";

export function Dialog(props: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: string;
  children: ReactNode;
  wide?: boolean;
  /** Called first when Escape is pressed; may prevent that the dialog closes. */
  onEscape?: (event: KeyboardEvent) => void;
}) {
  return (
    <D.Root open={props.open} onOpenChange={props.onOpenChange}>
      <D.Portal>
        <D.Overlay className="fixed inset-0 z-40 bg-black/50" />
        <D.Content
          {...(props.description ? {} : { "aria-describedby": undefined })}
          {...(props.onEscape && { onEscapeKeyDown: props.onEscape })}
          className={clsx(
            "fixed top-[8vh] left-1/2 z-50 max-h-[84vh] w-[calc(100vw-2rem)] -translate-x-1/2 overflow-auto rounded-lg border border-line bg-panel p-4 shadow-xl",
            props.wide ? "max-w-4xl" : "max-w-lg",
          )}
        >
          <div className="mb-3 flex items-start justify-between gap-4">
            <div>
              <D.Title className="font-semibold text-base">{props.title}</D.Title>
              {props.description && (
                <D.Description className="text-dim text-sm">{props.description}</D.Description>
              )}
            </div>
            <D.Close asChild>
              <Button kind="ghost" size="icon" aria-label="Close">
                <X aria-hidden className="size-4" />
              </Button>
            </D.Close>
          </div>
          {props.children}
        </D.Content>
      </D.Portal>
    </D.Root>
  );
}

export function Tooltip({ text, children }: { text: ReactNode; children: ReactNode }) {
  return (
    <Tip.Root delayDuration={250}>
      <Tip.Trigger asChild>{children}</Tip.Trigger>
      <Tip.Portal>
        <Tip.Content
          sideOffset={6}
          className="z-50 max-w-sm rounded-md border border-line bg-panel px-2.5 py-1.5 text-xs shadow-lg"
        >
          {text}
        </Tip.Content>
      </Tip.Portal>
    </Tip.Root>
  );
}

export const TooltipProvider = Tip.Provider;

export function Menu({ trigger, children }: { trigger: ReactNode; children: ReactNode }) {
  return (
    <M.Root>
      <M.Trigger asChild>{trigger}</M.Trigger>
      <M.Portal>
        <M.Content
          align="end"
          sideOffset={4}
          className="z-50 min-w-44 rounded-md border border-line bg-panel p-1 shadow-lg"
        >
          {children}
        </M.Content>
      </M.Portal>
    </M.Root>
  );
}

export function MenuItem({ className, ...rest }: ComponentProps<typeof M.Item>) {
  return (
    <M.Item
      className={clsx(
        "flex cursor-pointer items-center gap-2 rounded px-2 py-1.5 text-sm outline-none data-[disabled]:opacity-50 data-[highlighted]:bg-sunken",
        className,
      )}
      {...rest}
    />
  );
}

export interface TabItem {
  id: string;
  label: ReactNode;
  content: ReactNode;
}

/**
 * Tabs whose choice the caller keeps (in the URL). Only the chosen one is rendered. With `fill` its content takes the
 * height that the column it stands in has left.
 */
export function Tabs({
  items,
  value,
  onChange,
  label,
  fill = false,
}: {
  items: readonly TabItem[];
  value: string;
  onChange: (id: string) => void;
  label: string;
  fill?: boolean;
}) {
  return (
    <T.Root value={value} onValueChange={onChange} className={clsx(fill && "flex min-h-0 flex-1 flex-col")}>
      <T.List aria-label={label} className="mb-3 flex shrink-0 gap-1 overflow-x-auto border-line border-b">
        {items.map((item) => (
          <T.Trigger
            key={item.id}
            value={item.id}
            className="-mb-px whitespace-nowrap border-transparent border-b-2 px-3 py-2 font-medium text-dim text-sm hover:text-text data-[state=active]:border-accent data-[state=active]:text-text"
          >
            {item.label}
          </T.Trigger>
        ))}
      </T.List>
      {items.map((item) => (
        <T.Content
          key={item.id}
          value={item.id}
          className={clsx("outline-none", fill && "min-h-0 flex-1 data-[state=inactive]:hidden")}
        >
          {item.id === value && item.content}
        </T.Content>
      ))}
    </T.Root>
  );
}
