/**
 * The main job, from an empty server to three desks at work, through lost connections and a killed server, in real
 * browsers against the real binary. On SQLite always, on a fresh PostgreSQL database where PORTICO_TEST_POSTGRES is set.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { launch } from './lib/browser.mjs';
import { freshDatabase } from './lib/postgres.mjs';
import { Proxy } from './lib/proxy.mjs';
import { freePort, Server } from './lib/server.mjs';
import { mainJob } from './job/main.mjs';

const postgres = process.env.PORTICO_TEST_POSTGRES;
const engines = [['SQLite', null], ...(postgres ? [['PostgreSQL', postgres]] : [])];

for (const [engine, url] of engines) {
  mainJob(`the main job on ${engine}`, 'everybody writes while the wire is cut twice and the server is killed', () => begin(url));
}

/** A server behind a wire that can be cut, and a browser. Everybody comes through the wire. */
async function begin(url) {
  const database = url && (await freshDatabase(url));
  const port = await freePort();
  const proxy = await Proxy.open(port);
  const server = await Server.start({ port, publicUrl: proxy.url, database: database?.url });
  assert.equal(existsSync(join(server.data, 'portico.db')), !url, 'the data is where it is said to be');
  const browser = await launch();
  const world = { server, browser, origin: proxy.url };
  const cut = () => proxy.cut();
  const mend = () => proxy.mend();
  world.trouble = { 5: cut, 9: mend, 13: () => server.killAndRestart(), 19: cut, 23: mend };
  world.afterwards = () => assert.ok(proxy.refused > 0, 'somebody knocked while the wire was cut');
  world.end = async () => {
    await browser.close();
    await proxy.close();
    await world.shop?.close();
    await server.stop();
    await database?.drop();
  };
  return world;
}
