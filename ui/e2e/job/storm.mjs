/** Four people write at once while what they stand on breaks; then everything is counted. */
import assert from 'node:assert/strict';
import { doAs, LOST } from '../lib/browser.mjs';
import { composer, openChannel, openDesk, row, sees, seesAll, unsent, write } from '../lib/desk.mjs';
import { openWidget, visitorSees, visitorWrites } from '../lib/shop.mjs';
import { until, untilEqual } from '../lib/wait.mjs';

const ROUNDS = 26;

/** `world.trouble` says what happens in which round, one after the other, while everybody is writing. */
export async function storm(world) {
  const { owner, member, agent, visitor } = world;
  await openDesk(owner.page, 'Team');
  await openChannel(owner.page, 'workshop');
  await openDesk(member.page, 'Team');
  await openChannel(member.page, 'workshop');
  await agent.page.goto(`${world.origin}/customers/${world.conversation}`);
  await composer(agent.page).waitFor();
  await row(agent.page, 'We send you a new dimmer.').waitFor();
  for (const who of [owner, member, agent, visitor, world.security, world.researcher]) who.guard.allow(...LOST);
  const writers = [
    (n) => write(owner.page, `owner ${n}`),
    (n) => write(member.page, `member ${n}`),
    (n) => write(agent.page, `agent ${n}`),
    (n) => visitorWrites(world.panel, `visitor ${n}`),
  ];
  let trouble = Promise.resolve();
  for (let n = 1; n <= ROUNDS; n += 1) {
    const writing = Promise.all(writers.map((send) => send(n)));
    const next = world.trouble[n];
    if (next) {
      // All of it happens while there are rounds left.
      await trouble;
      trouble = Promise.resolve(next());
      // Whoever awaits it hears of a failure; until then it must not end the process.
      trouble.catch(() => {});
    }
    await writing;
  }
  await trouble;
  await world.afterwards();
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

/** The order in which a room has its people's numbered messages: each exactly once, each person's in their own order. */
async function truth(page, room, names) {
  const said = (await stored(page, room)).filter((one) => one.body.kind === 'markdown' && !one.thread_id);
  const order = only(said.map((one) => one.body.text), names);
  assert.deepEqual([...order].sort(), names.flatMap(series).sort(), 'the API has each exactly once');
  for (const name of names) assert.deepEqual(only(order, [name]), series(name), `${name}'s own order`);
  return order;
}

/** Each message exactly once, and all in one order on every screen and in the API. */
export async function count(world) {
  const { owner, member, agent, visitor } = world;
  const channel = ['owner', 'member'];
  const conversation = ['agent', 'visitor'];
  for (const who of [owner, member, agent]) await until(`${who.name} has nothing left to send`, async () => (await unsent(who.page)) === 0, 90_000);
  await until('the visitor has nothing left to send', async () => (await world.panel.locator('.wait').count()) === 0, 90_000);
  const posted = await truth(owner.page, world.channel, channel);
  const spoken = await truth(owner.page, world.conversation, conversation);

  // Those who were there all the time.
  await untilEqual('the owner sees the channel', posted, async () => only(await sees(owner.page), channel));
  await untilEqual('the member sees the channel', posted, async () => only(await sees(member.page), channel));
  await untilEqual('the agent sees the conversation', spoken, async () => only(await sees(agent.page), conversation));
  await untilEqual('the visitor sees the conversation', spoken, async () => only(await visitorSees(world.panel), conversation));

  // Those who come only now.
  await openDesk(agent.page, 'Team');
  await openChannel(agent.page, 'workshop');
  await untilEqual('the agent sees the channel', posted, async () => only(await seesAll(agent.page), channel));
  await owner.page.goto(`${world.origin}/customers/${world.conversation}`);
  await row(owner.page, 'agent').waitFor();
  await untilEqual('the owner sees the conversation', spoken, async () => only(await seesAll(owner.page), conversation));
  await visitor.page.reload();
  world.panel = await openWidget(visitor.page, world.origin);
  await untilEqual('the visitor sees the conversation after a reload', spoken, async () => only(await visitorSeesAll(world.panel), conversation));
}

/** The panel's log with everything older; ask again until it is all there. */
async function visitorSeesAll(panel) {
  const older = panel.getByRole('button', { name: 'Earlier messages' });
  if ((await older.count()) > 0 && (await older.isEnabled())) await older.click();
  return visitorSees(panel);
}
