import { Link, Outlet } from "@tanstack/react-router";
import clsx from "clsx";
import { Moon, Search, Sun, SunMoon } from "lucide-react";
import { lazy, Suspense, useCallback, useState, useSyncExternalStore } from "react";
import { Toaster } from "sonner";
import { PAGE_ID } from "@/lib/arrival";
import { Button } from "@/ui/button";
import { Kbd } from "@/ui/fields";
import { TooltipProvider } from "@/ui/overlay";
import { drafts } from "@/upload/drafts";
import { DropZone } from "@/upload/drop-zone";
import { useArrival } from "./arrival";
import { ConnectionIndicator } from "./connection";
import { PAGES } from "./nav";
import { useShortcuts } from "./shortcuts";
import { chooseTheme, isDark, type Theme, theme } from "./theme";

const CommandPalette = lazy(() => import("./palette").then((module) => ({ default: module.CommandPalette })));
const DraftDialog = lazy(() =>
  import("@/upload/draft-dialog").then((module) => ({ default: module.DraftDialog })),
);
const ShortcutHelp = lazy(() => import("./help").then((module) => ({ default: module.ShortcutHelp })));

/** What surrounds every page. */
export function Shell() {
  const [shown, setShown] = useState<"palette" | "help" | null>(null);
  const openPalette = useCallback(() => setShown("palette"), []);
  const openHelp = useCallback(() => setShown("help"), []);
  useShortcuts(openPalette, openHelp);
  useArrival();
  const close = () => setShown(null);
  const writing = useSyncExternalStore(drafts.subscribe, drafts.get).length > 0;
  const dark = useSyncExternalStore(isDark.subscribe, isDark.get);
  return (
    <TooltipProvider>
      <a
        href={`#${PAGE_ID}`}
        className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:bg-panel focus:p-2"
      >
        Skip to the page
      </a>
      <div className="flex min-h-screen flex-col md:flex-row">
        <Navigation onSearch={openPalette} />
        <main
          id={PAGE_ID}
          tabIndex={-1}
          className="min-w-0 outline-none flex-1 px-3 py-4 pb-20 sm:px-5 md:pb-6 lg:px-7"
        >
          <Outlet />
        </main>
      </div>
      <Toaster
        position="bottom-right"
        // Many lead somewhere: there must be time to read them and to get there.
        duration={8000}
        theme={dark ? "dark" : "light"}
        richColors
        closeButton
        style={{ fontFamily: "var(--font-sans)" }}
      />
      <DropZone />
      <Suspense>
        {writing && <DraftDialog />}
        {shown === "palette" && <CommandPalette onClose={close} />}
        {shown === "help" && <ShortcutHelp onClose={close} />}
      </Suspense>
    </TooltipProvider>
  );
}

function Navigation({ onSearch }: { onSearch: () => void }) {
  return (
    <div className="top-0 z-30 flex shrink-0 items-center gap-2 border-line border-b bg-panel px-3 py-2 md:sticky md:h-screen md:w-48 md:flex-col md:items-stretch md:border-r md:border-b-0 md:px-2.5 md:py-3">
      <Link to="/" className="flex items-center gap-2 px-1.5 font-semibold tracking-tight md:mb-3">
        <img src="/ui/icon.svg" alt="" className="size-6" />
        Penstock
      </Link>
      <Button onClick={onSearch} className="ml-auto justify-between text-dim md:mb-2 md:ml-0">
        <span className="inline-flex items-center gap-2">
          <Search aria-hidden className="size-4" />
          <span className="max-md:sr-only">Search</span>
        </span>
        <span className="hidden md:inline">
          <Kbd>Ctrl K</Kbd>
        </span>
      </Button>
      <nav
        aria-label="Pages"
        className="fixed inset-x-0 bottom-0 z-30 flex justify-around border-line border-t bg-panel md:static md:flex-col md:gap-0.5 md:border-0"
      >
        {PAGES.map(({ to, label, icon: Icon }) => (
          <Link
            key={to}
            to={to}
            activeOptions={{ exact: to === "/", includeSearch: false }}
            className={clsx(
              "flex flex-1 flex-col items-center gap-0.5 px-2 py-1.5 text-[0.7rem] text-dim md:flex-row md:gap-2.5 md:rounded-md md:py-1.5 md:text-sm",
              "hover:bg-sunken hover:text-text",
            )}
            activeProps={{ className: "!text-accent md:bg-accent-soft font-medium", "aria-current": "page" }}
          >
            <Icon aria-hidden className="size-[1.1rem]" />
            {label}
          </Link>
        ))}
      </nav>
      <div className="flex items-center gap-1 md:mt-auto md:justify-between">
        <ConnectionIndicator />
        <ThemeButton />
      </div>
    </div>
  );
}

const THEMES: Record<Theme, { next: Theme; label: string; icon: typeof Sun }> = {
  system: { next: "light", label: "Theme: as the system", icon: SunMoon },
  light: { next: "dark", label: "Theme: light", icon: Sun },
  dark: { next: "system", label: "Theme: dark", icon: Moon },
};

function ThemeButton() {
  const { next, label, icon: Icon } = THEMES[useSyncExternalStore(theme.subscribe, theme.get)];
  return (
    <Button kind="ghost" size="icon" aria-label={label} title={label} onClick={() => chooseTheme(next)}>
      <Icon aria-hidden className="size-4" />
    </Button>
  );
}
