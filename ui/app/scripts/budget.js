// First load: index.html, what it names, the sprite, and the team desk. Fails above 150 KB gzip.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const LIMIT = 150 * 1024;
const dist = join(dirname(fileURLToPath(import.meta.url)), '../dist');
if (!existsSync(join(dist, 'index.html'))) {
  console.error('no build found: run `npm run build -w app` first');
  process.exit(1);
}
const size = (file) => statSync(join(dist, `${file}.gz`)).size;
const files = new Set(['index.html']);

/** Follows static imports (`from"./x.js"`, `import"./x.js"`), not dynamic ones. */
function follow(file) {
  if (files.has(file)) return;
  files.add(file);
  if (!file.endsWith('.js')) return;
  const code = readFileSync(join(dist, file), 'utf8');
  for (const [, name] of code.matchAll(/(?:from|import)\s*["']\.\/([\w.-]+\.js)["']/g)) follow(`assets/${name}`);
}

const html = readFileSync(join(dist, 'index.html'), 'utf8');
for (const [, name] of html.matchAll(/(?:src|href)="\/([\w./-]+\.(?:js|css))"/g)) follow(name);
const assets = readdirSync(join(dist, 'assets'));
for (const name of assets) if (/^icons-.*\.svg$/.test(name)) files.add(`assets/${name}`);
const shell = [...files].reduce((sum, file) => sum + size(file), 0);
for (const name of assets) if (/^TeamDesk-.*\.(js|css)$/.test(name)) follow(`assets/${name}`);
const total = [...files].reduce((sum, file) => sum + size(file), 0);
const kb = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;
for (const file of files) console.log(`${kb(size(file)).padStart(9)}  ${file}`);
console.log(`first load ${kb(shell)} gzip, with the team desk ${kb(total)} (limit ${kb(LIMIT)})`);
if (total > LIMIT) {
  console.error('over the budget');
  process.exit(1);
}
