import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { precompress } from "./precompress.ts";

const API = process.env["PENSTOCK_URL"] ?? "http://127.0.0.1:8000";
const CALLS = ["/dags", "/runs", "/events", "/overview", "/system", "/dead-letters", "/metrics", "/schema"];

export default defineConfig({
  base: "/ui/",
  plugins: [react(), tailwindcss(), precompress()],
  resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
  build: {
    outDir: "../src/penstock_api/dashboard",
    emptyOutDir: true,
    target: "es2022",
    // Nothing inlined: the policy of the page allows files of this server and nothing else.
    assetsInlineLimit: 0,
  },
  worker: { format: "es" },
  server: { proxy: Object.fromEntries(CALLS.map((path) => [path, API])) },
  test: { include: ["src/**/*.test.{ts,tsx}"], environment: "node" },
});
