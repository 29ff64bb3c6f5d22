/** Fails when the loader is over 4 KB or the panel (JS and CSS) over 45 KB, gzip. 1 KB = 1024 bytes. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const LIMITS = { "loader w.js": 4, "panel JS + CSS": 45 };

async function sizes(paths) {
  let gz = 0;
  let br = 0;
  for (const path of paths) {
    gz += (await readFile(`${path}.gz`)).length;
    br += (await readFile(`${path}.br`)).length;
  }
  return { gz, br };
}

/** Prints the sizes and throws when one is over its limit. */
export async function check(dist) {
  const assets = join(dist, "panel/widget-assets");
  const files = (await readdir(assets)).filter((name) => /\.(js|css)$/.test(name)).map((name) => join(assets, name));
  if (!files.some((name) => name.endsWith(".js")) || !files.some((name) => name.endsWith(".css"))) {
    throw new Error(`${assets} holds no JS or no CSS; run "npm run build"`);
  }
  const measured = { "loader w.js": await sizes([join(dist, "w.js")]), "panel JS + CSS": await sizes(files) };
  const over = [];
  for (const [name, { gz, br }] of Object.entries(measured)) {
    const limit = LIMITS[name];
    const kb = (bytes) => (bytes / 1024).toFixed(2).padStart(6);
    console.log(`${name.padEnd(16)} gzip ${kb(gz)} KB   brotli ${kb(br)} KB   limit ${limit} KB gzip`);
    if (gz > limit * 1024) over.push(name);
  }
  if (over.length > 0) throw new Error(`over budget: ${over.join(", ")}`);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await check(join(import.meta.dirname, "dist"));
