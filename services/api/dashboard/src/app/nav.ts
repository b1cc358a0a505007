import { Activity, Boxes, House, Radio, ServerCog, Workflow } from "lucide-react";

/** The pages of the navigation; `key` is what opens them after `g`. */
export const PAGES = [
  { to: "/", label: "Home", icon: House, key: "h" },
  { to: "/ui/dags", label: "DAGs", icon: Workflow, key: "d" },
  { to: "/ui/runs", label: "Runs", icon: Activity, key: "r" },
  { to: "/ui/workers", label: "Workers", icon: Boxes, key: "w" },
  { to: "/ui/system", label: "System", icon: ServerCog, key: "s" },
  { to: "/ui/events", label: "Events", icon: Radio, key: "e" },
] as const;
