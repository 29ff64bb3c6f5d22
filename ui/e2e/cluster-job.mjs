/**
 * The main job on several nodes behind one address, where any request may go to any node: everybody writes, a visitor and
 * a reporter are there, and one node after the other is killed and started again. Run by scripts/cluster.sh --job.
 */
import assert from 'node:assert/strict';
import { launch } from './lib/browser.mjs';
import { Cluster } from './lib/cluster.mjs';
import { mainJob } from './job/main.mjs';
import { openReport, reporterWrites, teamHasOnce } from './job/security.mjs';

/** A node dies in the first of these rounds, the reporter writes in the second, and it is back in the third. */
const DEATHS = [[3, 5, 7], [11, 13, 15], [19, 21, 23]];

const cluster = await Cluster.find();
assert.equal(cluster.nodes.length, DEATHS.length, 'a node for each death');

mainJob('the main job on three nodes', 'everybody writes while each node is killed and started again', begin);

async function begin() {
  const browser = await launch();
  const world = { server: cluster, browser, origin: cluster.url };
  const streamers = () => [world.owner, world.member, world.agent, world.security, world.visitor];
  const word = (n) => `The reporter writes while node ${n} is dead`;
  const beginning = async () => {
    await openReport(world);
    for (const who of streamers()) who.streams.ended = 0;
  };
  world.trouble = { 1: beginning };
  DEATHS.forEach(([dies, writes, back], i) => {
    const n = i + 1;
    world.trouble[dies] = () => cluster.kill(n);
    world.trouble[writes] = () => reporterWrites(world, word(n));
    world.trouble[back] = () => cluster.start(n);
  });
  world.afterwards = async () => {
    for (let n = 1; n <= DEATHS.length; n += 1) await teamHasOnce(world, word(n));
    // Every node died, so everybody's stream broke off and went on at another.
    for (const who of streamers()) assert.ok(who.streams.ended > 0, `${who.name} was on a node that died`);
    const ended = streamers().reduce((sum, who) => sum + who.streams.ended, 0);
    console.log(`${DEATHS.length} nodes killed, ${ended} streams broken off and resumed`);
  };
  world.end = async () => {
    await browser.close();
    await world.shop?.close();
  };
  return world;
}
