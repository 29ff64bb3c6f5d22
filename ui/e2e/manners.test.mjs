/**
 * How the app behaves under the hand, on the demo: where the focus goes, what can be undone, what a phone can reach, what
 * a second tab learns, what an open page does when the ground goes from under it.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { doAs, launch, LOST, person, photograph, signIn } from './lib/browser.mjs';
import { row } from './lib/desk.mjs';
import { Demo } from './lib/server.mjs';

const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
const EMAIL = { ingrid: 'ingrid@northwind.example', priya: 'priya@northwind.example', kwame: 'kwame@northwind.example' };
const world = { sessions: {} };

before(async () => {
  world.browser = await launch();
  world.demo = await Demo.start();
  for (const [name, email] of Object.entries(EMAIL)) {
    const who = await person(world.browser, name);
    await signIn(who, world.demo.url, email, world.demo.password);
    world.sessions[name] = await who.context.storageState();
    if (name === 'ingrid') world.boot = await doAs(who.page, 'GET', '/boot');
    await who.close();
  }
});
after(async () => {
  await world.browser?.close();
  await world.demo?.stop();
});

/** A test with one person at a page; what is before them is kept when it fails. */
function as(title, name, path, options, run) {
  test(title, async () => {
    const who = await person(world.browser, name, { storageState: world.sessions[name], reducedMotion: 'reduce', ...options });
    try {
      await who.page.goto(world.demo.url + (typeof path === 'function' ? path() : path));
      await run(who.page, who);
      who.check();
    } catch (error) {
      await photograph([who]);
      throw error;
    } finally {
      await who.close();
    }
  });
}
const channel = (handle) => world.boot.channels.find((one) => one.handle === handle).id;
const focused = (page, selector) => page.waitForFunction((wanted) => document.activeElement?.matches(wanted), selector);
const openReport = async (page) => {
  await page.getByRole('link', { name: /firmware downgrade over Bluetooth/ }).click();
  await page.locator('.strip').waitFor();
};

as('T on a message writes in its thread, Escape comes back to it', 'ingrid', () => `/team/${channel('web-shop')}`, {}, async (page) => {
  const message = row(page, 'Label sheet for the new boxes');
  await message.focus();
  await page.keyboard.press('t');
  await focused(page, 'aside .composer textarea');
  await page.keyboard.press('Escape');
  await page.locator('aside.pane').waitFor({ state: 'detached' });
  assert.ok(await message.evaluate((element) => element === document.activeElement), 'the message has the focus again');
});

as('rows of lists show words, not the marks they were written with', 'ingrid', '/team/saved', {}, async (page) => {
  const hit = page.locator('main .hit', { hasText: '3.4.2 passed the radio tests' });
  await hit.getByText('☐ new boot counter').waitFor();
  assert.doesNotMatch(await page.locator('main').innerText(), /\*\*|```|\[x\]/);
});

as('a search hit says which conversation it is in', 'ingrid', '/search?q=flickers', {}, async (page) => {
  const hit = page.locator('main .hit', { hasText: 'wall dimmer' });
  await hit.locator('.hue-customers').waitFor();
  assert.match(await hit.locator('.l0').innerText(), /Hanna Nilsson/);
});

as('the report’s strip has room for the reporter’s whole name at 1280 px', 'priya', '/reports/all', {}, async (page) => {
  await openReport(page);
  await page.getByRole('complementary', { name: 'Facts' }).waitFor();
  const cut = await page.locator('.strip dd').evaluateAll((all) => all.filter((one) => one.scrollWidth > one.clientWidth || one.getBoundingClientRect().right > one.closest('main').getBoundingClientRect().right).map((one) => one.textContent));
  assert.deepEqual(cut, []);
});

as('closing a report can be undone, back to where it stood', 'priya', '/reports/all', {}, async (page) => {
  await openReport(page);
  await page.getByRole('button', { name: 'Close…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: /^Close/ }).last().click();
  await page.locator('.strip').getByText('Resolved').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.locator('.strip').getByText('Triaged').waitFor();
});

as('severity can be undone, by the letter Z too', 'priya', '/reports/all', {}, async (page) => {
  await openReport(page);
  await page.getByRole('button', { name: /^Severity: Critical/ }).click();
  await page.getByRole('menuitemradio', { name: 'Low' }).click();
  await page.getByRole('button', { name: /^Severity: Low/ }).waitFor();
  await page.getByRole('button', { name: 'Undo' }).waitFor();
  // The letter does the same, and is only a letter where somebody writes.
  const field = page.locator('main .composer textarea');
  await field.focus();
  await page.keyboard.press('z');
  assert.equal(await field.inputValue(), 'z');
  await field.fill('');
  await page.getByRole('button', { name: /^Severity: Low/ }).focus();
  await page.keyboard.press('z');
  await page.getByRole('button', { name: /^Severity: Critical/ }).waitFor();
});

as('contacts are found, blocked and let in again, and lead to what they wrote', 'ingrid', '/customers', {}, async (page) => {
  const asked = [];
  page.on('request', (request) => /\/contacts\/[^/]+\/conversations/.test(request.url()) && asked.push(request.url()));
  await page.getByRole('link', { name: 'Contacts' }).click();
  const rows = page.locator('.listcol .conv');
  await rows.nth(3).waitFor();
  await page.getByRole('searchbox').fill('giul');
  await rows.nth(1).waitFor({ state: 'detached' });
  await page.getByRole('searchbox').press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Giulia Verdi' }).waitFor();
  await page.getByRole('button', { name: 'Block contact' }).click();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('button', { name: 'Block contact' }).waitFor();
  await page.getByRole('button', { name: /^Add Attributes/ }).click();
  await page.getByRole('textbox', { name: /^Name/ }).last().fill('plan');
  await page.getByRole('textbox', { name: /plan/ }).fill('trade');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.reload();
  await page.locator('main').getByText('trade').waitFor();
  assert.equal(await page.getByRole('searchbox').inputValue(), 'giul');
  await page.locator('main .trail a').first().click();
  await page.getByRole('textbox', { name: /^Reply to/ }).waitFor();
  await page.getByRole('complementary', { name: 'Contact' }).getByText('trade').waitFor();
  // Once for each time it was opened: before and after the reload, and beside the conversation.
  assert.equal(asked.length, 3);
});

as('the audit log’s field looks through all of it', 'ingrid', '/admin/audit', {}, async (page) => {
  await page.getByRole('searchbox').fill('program.create');
  await page.getByRole('status').filter({ hasText: '1 found in the whole log' }).waitFor();
  assert.equal(await page.locator('tbody tr').count(), 1);
});

as('a phone reaches the admin desk, the settings and the way out', 'ingrid', '/inbox', PHONE, async (page) => {
  const you = page.getByRole('button', { name: /You$/ });
  await you.click();
  await page.getByRole('menuitem', { name: 'Sign out' }).waitFor();
  await page.getByRole('menuitem', { name: 'Admin' }).click();
  await page.getByRole('link', { name: /^People/ }).click();
  await page.getByText('Kwame Mensah').waitFor();
  await you.click();
  await page.getByRole('menuitem', { name: 'Settings' }).click();
  await page.getByRole('link', { name: 'Appearance' }).click();
  await page.getByRole('radio', { name: 'Dark' }).waitFor();
});

as('a setting holds in the other tab at once and after a reload', 'kwame', '/settings/appearance', {}, async (page, who) => {
  const other = await who.context.newPage();
  await other.goto(`${world.demo.url}/settings/notifications`);
  await other.getByRole('radio', { name: 'Every message' }).waitFor();
  await page.getByRole('radio', { name: 'Dark' }).check();
  await other.waitForFunction(() => document.documentElement.dataset.theme === 'dark');
  await page.getByRole('radio', { name: 'Compact' }).check();
  await other.waitForFunction(() => document.documentElement.dataset.density === 'compact');
  await other.getByRole('radio', { name: 'Every message' }).check();
  await page.reload();
  await page.getByRole('radio', { name: 'Dark' }).waitFor();
  assert.ok(await page.getByRole('radio', { name: 'Compact' }).isChecked());
  await page.goto(`${world.demo.url}/settings/notifications`);
  await page.getByRole('radio', { name: 'Every message' }).waitFor();
  assert.ok(await page.getByRole('radio', { name: 'Every message' }).isChecked());
});

as('a button that cannot be pressed does not look as if it could', 'kwame', () => `/team/${channel('web-shop')}`, {}, async (page) => {
  const send = page.locator('main .composer button[type=submit]');
  await send.waitFor();
  const ground = () => send.evaluate((element) => getComputedStyle(element).backgroundColor);
  const rest = await ground();
  await page.getByRole('textbox', { name: 'Message #web-shop' }).fill('x');
  assert.notEqual(await ground(), rest);
  await page.getByRole('textbox', { name: 'Message #web-shop' }).fill('');
  await send.hover({ force: true });
  assert.equal(await ground(), rest);
});

test('who is taken out of a channel in view, or signed out elsewhere, is told so and loses nothing more', async () => {
  const ingrid = await person(world.browser, 'ingrid', { storageState: world.sessions.ingrid });
  const kwame = await person(world.browser, 'kwame', { storageState: world.sessions.kwame });
  kwame.guard.allow(...LOST, /40[134] \(/);
  try {
    await ingrid.page.goto(`${world.demo.url}/settings/profile`);
    const me = world.boot.members.find((one) => one.handle === 'kwame').id;
    const room = await doAs(ingrid.page, 'POST', '/channels', { name: 'short-lived', kind: 'private' });
    await doAs(ingrid.page, 'POST', `/rooms/${room.id}/members`, { member_id: me });
    await kwame.page.goto(`${world.demo.url}/team/${room.id}`);
    await kwame.page.getByRole('textbox', { name: 'Message #short-lived' }).fill('half a thought');
    await doAs(ingrid.page, 'DELETE', `/rooms/${room.id}/members/${me}`);
    await kwame.page.getByRole('heading', { name: 'Nothing here for you' }).waitFor();
    await kwame.page.getByRole('link', { name: /^Drafts/ }).click();
    await kwame.page.getByRole('heading', { name: 'Drafts' }).first().waitFor();
    assert.doesNotMatch(await kwame.page.locator('main').innerText(), /short-lived|half a thought/);
    const other = await person(world.browser, 'kwame elsewhere');
    await signIn(other, world.demo.url, EMAIL.kwame, world.demo.password);
    await doAs(other.page, 'DELETE', '/sessions');
    await kwame.page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await kwame.page.getByText('Your session has ended').waitFor();
    await other.close();
  } catch (error) {
    await photograph([ingrid, kwame]);
    throw error;
  } finally {
    await ingrid.close();
    await kwame.close();
  }
});
