// Writes dist/build.json: what this build was made from, so that a stale one can be told.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Sorted list of the files under `dir`. */
function walk(dir) {
  return readdirSync(dir, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? walk(join(dir, entry.name)) : [join(dir, entry.name)]))
    .sort();
}

/** SHA-256 over names and contents of the sources. */
export function sourceHash(root) {
  const hash = createHash('sha256');
  for (const dir of [join(root, 'src'), join(root, 'public'), join(root, '../kit/src')]) {
    for (const file of walk(dir)) hash.update(relative(root, file)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

/** @returns {import('vite').Plugin} */
export function buildStamp() {
  let root = '';
  return {
    name: 'portico-build-stamp',
    apply: 'build',
    configResolved(config) {
      root = config.root;
    },
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'build.json', source: `${JSON.stringify({ sources: sourceHash(root) })}\n` });
    },
  };
}
