/**
 * The main job, from an empty server to three desks at work, through lost connections and a killed server, in real
 * browsers against the real binary. On SQLite always, on a fresh PostgreSQL database where PORTICO_TEST_POSTGRES is set.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { launch, photograph } from './lib/browser.mjs';
import { freshDatabase } from './lib/postgres.mjs';
import { Proxy } from './lib/proxy.mjs';
import { freePort, Server } from './lib/server.mjs';
import * as customers from './job/customers.mjs';
import * as people from './job/people.mjs';
import * as security from './job/security.mjs';
import { count, storm } from './job/storm.mjs';
import * as team from './job/team.mjs';

const postgres = process.env.PORTICO_TEST_POSTGRES;
const engines = [['SQLite', null], ...(postgres ? [['PostgreSQL', postgres]] : [])];

for (const [engine, url] of engines) {
  test(`the main job on ${engine}`, async (t) => {
    const world = await begin(url);
    let broken = false;
    /** One step; when one has failed, the rest has nothing to stand on. */
    const step = (name, run) =>
      t.test(name, { skip: broken && 'an earlier step failed' }, async () => {
        try {
          await run(world);
          for (const who of people_of(world)) who.check();
        } catch (error) {
          broken = true;
          await photograph(people_of(world));
          throw error;
        }
      });
    try {
      await step('setup in the browser with the printed code', people.setUp);
      await step('a member, an agent and a security engineer accept their invitations', async () => {
        world.member = await people.join(world, 'Max Member', 'max@example.org');
        world.agent = await people.join(world, 'Ada Agent', 'ada@example.org');
        world.security = await people.join(world, 'Sam Security', 'sam@example.org');
      });
      await step('a channel is made', team.makeChannel);
      await step('others find it and come in', team.comeIn);
      await step('messages and typing are seen live', team.talk);
      await step('a thread', team.thread);
      await step('a picture and a file', team.file);
      await step('search', team.search);
      await step('an inbox for the shop, looked after by the agent', customers.makeInbox);
      await step('a visitor of the shop writes, the agent sees it live', customers.visitorAsks);
      await step('the agent answers; typing and seen, both ways', customers.agentAnswers);
      await step('a note is for the team alone', customers.note);
      await step('a program whose team is not the owner', security.makeProgram);
      await step('a researcher reports without JavaScript', security.researcherReports);
      await step('the security team answers', security.teamAnswers);
      await step('the researcher reads the answer and writes back', security.reporterReads);
      await step('the owner sees nothing of the report', security.ownerSeesNothing);
      await step('everybody writes while the wire is cut twice and the server is killed', storm);
      await step('every message exists once, in one order everywhere', count);
    } finally {
      await world.end();
    }
  });
}

const people_of = (world) => [world.owner, world.member, world.agent, world.security, world.visitor, world.researcher].filter(Boolean);

/** A server behind a wire that can be cut, and a browser. Everybody comes through the wire. */
async function begin(url) {
  const database = url && (await freshDatabase(url));
  const port = await freePort();
  const proxy = await Proxy.open(port);
  const server = await Server.start({ port, publicUrl: proxy.url, database: database?.url });
  assert.equal(existsSync(join(server.data, 'portico.db')), !url, 'the data is where it is said to be');
  const browser = await launch();
  const world = { proxy, server, browser, origin: proxy.url };
  world.end = async () => {
    await browser.close();
    await proxy.close();
    await world.shop?.close();
    await server.stop();
    await database?.drop();
  };
  return world;
}
