/** Every page and its address. Pages are loaded when they are first opened; what they filter by stands in the URL. */

import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { HomePage } from "@/pages/home";
import { NotFound, PageFailure } from "./fallbacks";
import * as search from "./search";
import { Shell } from "./shell";

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound, errorComponent: PageFailure });

const home = createRoute({ getParentRoute: () => root, path: "/", component: HomePage });
const dags = createRoute({
  getParentRoute: () => root,
  path: "/ui/dags",
  validateSearch: search.dags,
  component: lazyRouteComponent(() => import("@/pages/dags"), "DagsPage"),
});
const dag = createRoute({
  getParentRoute: () => root,
  path: "/ui/dags/$dagId",
  validateSearch: search.dag,
  component: lazyRouteComponent(() => import("@/pages/dag"), "DagPage"),
});
const runs = createRoute({
  getParentRoute: () => root,
  path: "/ui/runs",
  validateSearch: search.runs,
  component: lazyRouteComponent(() => import("@/pages/runs"), "RunsPage"),
});
const run = createRoute({
  getParentRoute: () => root,
  path: "/ui/runs/$runId",
  validateSearch: search.run,
  component: lazyRouteComponent(() => import("@/pages/run"), "RunPage"),
});
const task = createRoute({
  getParentRoute: () => root,
  path: "/ui/runs/$runId/tasks/$taskId",
  validateSearch: search.task,
  component: lazyRouteComponent(() => import("@/pages/task"), "TaskPage"),
});
const workers = createRoute({
  getParentRoute: () => root,
  path: "/ui/workers",
  component: lazyRouteComponent(() => import("@/pages/workers"), "WorkersPage"),
});
const system = createRoute({
  getParentRoute: () => root,
  path: "/ui/system",
  component: lazyRouteComponent(() => import("@/pages/system"), "SystemPage"),
});
const feed = createRoute({
  getParentRoute: () => root,
  path: "/ui/events",
  validateSearch: search.feed,
  component: lazyRouteComponent(() => import("@/pages/feed"), "FeedPage"),
});

export const router = createRouter({
  routeTree: root.addChildren([home, dags, dag, runs, run, task, workers, system, feed]),
  defaultPreload: "intent",
  // In the place of the page: the navigation around it stays.
  defaultErrorComponent: PageFailure,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
