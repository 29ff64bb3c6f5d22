/**
 * Builds the loader (dist/w.js) and the panel (dist/panel), writes .br and .gz beside every file, then checks the budget.
 * Below dist/panel a file's path is its path on the server: /widget-assets/<name>-<hash>.js.
 */
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { build } from "vite";
import { check } from "./budget.mjs";

const here = import.meta.dirname;
const dist = join(here, "dist");

await rm(dist, { recursive: true, force: true });

const common = { configFile: false, logLevel: "warn", publicDir: false };

await build({
  ...common,
  root: here,
  build: {
    target: "es2022",
    outDir: dist,
    emptyOutDir: false,
    lib: { entry: join(here, "src/loader/main.ts"), formats: ["iife"], name: "portico_loader", fileName: () => "w.js" },
  },
});

await build({
  ...common,
  root: join(here, "panel"),
  plugins: [svelte({ configFile: join(here, "svelte.config.js") })],
  build: {
    target: "es2022",
    outDir: join(dist, "panel"),
    emptyOutDir: false,
    assetsDir: "widget-assets",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});

for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const path = join(entry.parentPath, entry.name);
  const bytes = await readFile(path);
  await writeFile(`${path}.gz`, gzipSync(bytes, { level: 9 }));
  await writeFile(
    `${path}.br`,
    brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }),
  );
}

await check(dist);
