/** Four people write at once while the wire is cut twice and the server is killed; then everything is counted. */
import assert from 'node:assert/strict';
import { doAs, LOST } from '../lib/browser.mjs';
import { composer, openChannel, openDesk, row, sees, unsent, write } from '../lib/desk.mjs';
import { openWidget, visitorSees, visitorWrites } from '../lib/shop.mjs';
import { until, untilEqual } from '../lib/wait.mjs';

const ROUNDS = 26;
/** What happens in which round, while everybody is writing. */
const CUT = [5, 19];
const MENDED = [9, 23];
const KILLED = 13;

export async function storm(world) {
  const { owner, member, agent, visitor } = world;
  await openDesk(owner.page, 'Team');
  await openChannel(owner.page, 'workshop');
  await openDesk(member.page, 'Team');
  await openChannel(member.page, 'workshop');
  await agent.page.goto(`${world.origin}/customers/${world.conversation}`);
  await composer(agent.page).waitFor();
  await row(agent.page, 'We send you a new dimmer.').waitFor();
  for (const who of [owner, member, agent, visitor, world.security]) who.guard.allow(...LOST);
  const writers = [
    (n) => write(owner.page, `owner ${n}`),
    (n) => write(member.page, `member ${n}`),
    (n) => write(agent.page, `agent ${n}`),
    (n) => visitorWrites(world.panel, `visitor ${n}`),
  ];
  let restart = null;
  for (let n = 1; n <= ROUNDS; n += 1) {
    const writing = Promise.all(writers.map((send) => send(n)));
    if (CUT.includes(n)) world.proxy.cut();
    if (MENDED.includes(n)) world.proxy.mend();
    if (n === KILLED) restart = world.server.killAndRestart();
    await writing;
  }
  await restart;
  assert.ok(world.proxy.refused > 0, 'somebody knocked while the wire was cut');
}

const series = (name) => Array.from({ length: ROUNDS }, (_, i) => `${name} ${i + 1}`);
const only = (texts, names) => texts.filter((text) => names.some((name) => new RegExp(`^${name} \\d+$`).test(text)));

/** What the server has of a room, oldest first, asked past the wire; numbers run without gap or repeat. */
async function stored(page, room) {
  const all = [];
  let after = 0;
  for (;;) {
    const { items, has_after } = await doAs(page, 'GET', `/rooms/${room}/messages?replies=true&limit=100&after=${after}`);
    all.push(...items);
    if (!has_after) break;
    after = items.at(-1).number;
  }
  assert.deepEqual(all.map((message) => message.number), all.map((_, i) => i + 1), 'numbers without gap or repeat');
  return all;
}

const texts = (messages) => messages.filter((one) => one.body.kind === 'markdown' && !one.thread_id).map((one) => one.body.text);

/** Each message exactly once, each person's in their own order, all in one order on every screen and in the API. */
export async function count(world) {
  const { owner, member, agent, visitor } = world;
  const channel = ['owner', 'member'];
  const conversation = ['agent', 'visitor'];
  for (const who of [owner, member, agent]) await until(`${who.name} has nothing left to send`, async () => (await unsent(who.page)) === 0, 90_000);
  await until('the visitor has nothing left to send', async () => (await world.panel.locator('.wait').count()) === 0, 90_000);

  for (const [room, names, screens] of [
    [world.channel, channel, [owner, member]],
    [world.conversation, conversation, [agent]],
  ]) {
    const truth = only(texts(await stored(owner.page, room)), names);
    assert.deepEqual([...truth].sort(), names.flatMap(series).sort(), 'the API has each exactly once');
    for (const name of names) assert.deepEqual(only(truth, [name]), series(name), `${name}'s own order`);
    for (const who of screens) await untilEqual(`${who.name} sees what the API has`, truth, async () => only(await sees(who.page), names));
    if (room === world.conversation) {
      await untilEqual('the visitor sees what the API has', truth, async () => only(await visitorSees(world.panel), names));
      // And someone who comes only now, and the visitor after a reload.
      await owner.page.goto(`${world.origin}/customers/${room}`);
      await untilEqual('the owner sees what the API has', truth, async () => only(await sees(owner.page), names));
      await visitor.page.reload();
      world.panel = await openWidget(visitor.page, world.origin);
      await untilEqual('the visitor sees it after a reload', truth, async () => only(await allOf(world.panel), names));
    } else {
      await openDesk(agent.page, 'Team');
      await openChannel(agent.page, 'workshop');
      await untilEqual('the agent sees the channel as the API has it', truth, async () => only(await sees(agent.page), names));
      await agent.page.goto(`${world.origin}/customers/${world.conversation}`);
    }
  }
}

/** The panel's whole log, older pages too. */
async function allOf(panel) {
  const more = panel.getByRole('button', { name: 'Earlier messages' });
  if (await more.isEnabled({ timeout: 1 }).catch(() => false)) await more.click().catch(() => {});
  return visitorSees(panel);
}
