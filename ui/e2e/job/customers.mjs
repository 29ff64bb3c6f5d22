/** The Customers desk: a shop with the widget, a visitor in it, an agent who answers, a note the visitor never gets. */
import assert from 'node:assert/strict';
import { doAs, person } from '../lib/browser.mjs';
import { composer, openDesk, row, write } from '../lib/desk.mjs';
import { openShop, openWidget, visitorSees, visitorWrites } from '../lib/shop.mjs';
import { until } from '../lib/wait.mjs';

const SECRET = 'She sounds like the tester of the competition';

/** The owner makes an inbox for the shop's origin; the agent looks after it. */
export async function makeInbox(world) {
  world.shop = await openShop();
  const inbox = await doAs(world.owner.page, 'POST', '/inboxes', {
    kind: 'website',
    name: 'Web shop',
    allowed_origins: [world.shop.origin],
    greeting: 'Hello! Ask us about lamps.',
    form: { name: 'off', email: 'off' },
    typing_preview: true,
  });
  assert.ok(inbox.snippet.includes(`src="${world.origin}/w.js"`) && inbox.snippet.includes(`data-key="${inbox.key}"`), inbox.snippet);
  await doAs(world.owner.page, 'PUT', `/inboxes/${inbox.id}/members/${world.agent.id}`);
  world.shop.page(world.origin, inbox.key);
  // The rail learns of the desk by itself.
  await openDesk(world.agent.page, 'Customers');
  await world.agent.page.getByRole('navigation', { name: 'Customers' }).getByRole('link', { name: /^Unassigned/ }).click();
}

export async function visitorAsks(world) {
  const visitor = await person(world.browser, 'Visitor', { locale: 'en-GB' });
  world.visitor = visitor;
  await visitor.page.goto(world.shop.origin);
  world.panel = await openWidget(visitor.page, world.origin);
  await world.panel.getByText('Hello! Ask us about lamps.').waitFor();
  await visitorWrites(world.panel, 'My Halden hums since Tuesday');
  const { page } = world.agent;
  await page.locator('.listcol a.conv', { hasText: 'My Halden hums since Tuesday' }).click();
  await row(page, 'My Halden hums since Tuesday').waitFor();
  world.conversation = new URL(page.url()).pathname.split('/')[2];
  await world.panel.getByText('Seen', { exact: true }).waitFor();
}

export async function agentAnswers(world) {
  const { page } = world.agent;
  const field = composer(page).locator('textarea');
  await field.pressSequentially('Which');
  await world.panel.getByText(/Ada.* is typing/).waitFor();
  await field.pressSequentially(' dimmer is it?');
  await field.press('Enter');
  await world.panel.locator('.item:not(.me) .bub', { hasText: 'Which dimmer is it?' }).waitFor();
  await until('the agent learns that the visitor has read', () => page.locator('main .timeline').getByText('Seen', { exact: true }).isVisible());
  // What the visitor types is seen before it is sent, and the widget has said so.
  await world.panel.getByText('We see your text as you type').waitFor();
  await world.panel.getByLabel('Write a message').pressSequentially('It is an old');
  await page.locator('.insight', { hasText: 'It is an old' }).waitFor();
  await world.panel.getByLabel('Write a message').pressSequentially(' one');
  await world.panel.getByLabel('Write a message').press('Enter');
  await row(page, 'It is an old one').waitFor();
}

export async function note(world) {
  const { agent, owner, visitor } = world;
  await agent.page.getByRole('group', { name: 'Who sees this' }).getByRole('button', { name: 'Note' }).click();
  await write(agent.page, SECRET);
  await row(agent.page, SECRET).waitFor();
  // The owner made the inbox and is one of its agents.
  await owner.page.goto(`${world.origin}/customers/${world.conversation}`);
  await row(owner.page, SECRET).waitFor();
  await agent.page.getByRole('group', { name: 'Who sees this' }).getByRole('button', { name: 'Reply' }).click();
  await write(agent.page, 'We send you a new dimmer.');
  await world.panel.locator('.bub', { hasText: 'We send you a new dimmer.' }).waitFor();
  await visitor.page.reload();
  world.panel = await openWidget(visitor.page, world.origin);
  await world.panel.locator('.bub', { hasText: 'We send you a new dimmer.' }).waitFor();
  assert.deepEqual(await visitorSees(world.panel), [
    'My Halden hums since Tuesday',
    'Which dimmer is it?',
    'It is an old one',
    'We send you a new dimmer.',
  ]);
  assert.ok(visitor.heard.some((text) => text.includes('We send you a new dimmer.')), 'what the visitor is told was listened to');
  for (const word of [SECRET, 'ada@example.org', 'olga@example.org']) {
    assert.ok(!visitor.heard.some((text) => text.includes(word)), `the visitor was told: ${word}`);
  }
}
