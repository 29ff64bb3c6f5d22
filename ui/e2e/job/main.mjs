/** The main job step by step: what happens to whom, whatever the server stands on. */
import { test } from 'node:test';
import { photograph } from '../lib/browser.mjs';
import * as customers from './customers.mjs';
import * as people from './people.mjs';
import * as security from './security.mjs';
import { count, storm } from './storm.mjs';
import * as team from './team.mjs';

/**
 * Runs it as a test. `begin` gives the world: `server` with its `url` and `setupCode`, a `browser`, the `origin` everybody
 * comes through, the `trouble` of the storm, what must be so `afterwards`, and the `end` of it all.
 */
export function mainJob(name, stormName, begin) {
  test(name, async (t) => {
    const world = await begin();
    let broken = false;
    /** One step; when one has failed, the rest has nothing to stand on. */
    const step = (name, run) =>
      t.test(name, { skip: broken && 'an earlier step failed' }, async () => {
        try {
          await run(world);
          for (const who of peopleOf(world)) who.check();
        } catch (error) {
          broken = true;
          await photograph(peopleOf(world));
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
      await step(stormName, storm);
      await step('every message exists once, in one order everywhere', count);
    } finally {
      await world.end();
    }
  });
}

const peopleOf = (world) => [world.owner, world.member, world.agent, world.security, world.visitor, world.researcher].filter(Boolean);
