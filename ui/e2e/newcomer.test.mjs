/** Someone new, without a mouse: signs in, finds a channel, reads, answers in a thread, reacts, writes, comes back. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, person, photograph } from './lib/browser.mjs';
import { row } from './lib/desk.mjs';
import { Demo } from './lib/server.mjs';
import { until } from './lib/wait.mjs';

const world = {};

before(async () => {
  world.browser = await launch();
  world.demo = await Demo.start();
});

after(async () => {
  await world.browser?.close();
  await world.demo?.stop();
});

/** What has the focus: its role or element, and its name. */
const focus = (page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return 'nothing';
    const label = element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.textContent ?? '';
    return `${element.getAttribute('role') ?? element.localName}: ${label.trim().slice(0, 80)}`;
  });

/** Presses a key until the focus is where it should be; gives up after a while. */
async function tabTo(page, pattern, key = 'Tab', most = 40) {
  for (let n = 0; n < most; n += 1) {
    if (pattern.test(await focus(page))) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${key} does not lead to ${pattern}; the focus is on ${await focus(page)}`);
}

test('the Team desk by keyboard alone', async () => {
  const who = await person(world.browser, 'Newcomer');
  const { page } = who;
  const { keyboard } = page;
  try {
    await page.goto(world.demo.url);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await tabTo(page, /E-mail/);
    await keyboard.type('kwame@northwind.example');
    await tabTo(page, /Password/);
    await keyboard.type(world.demo.password);
    await keyboard.press('Enter');
    await page.getByRole('navigation', { name: 'Desks', exact: true }).waitFor();

    // To a channel by its name.
    await keyboard.press('Control+k');
    await page.getByRole('combobox').waitFor();
    await keyboard.type('web-sh');
    await page.getByRole('option', { name: /web-shop/ }).first().waitFor();
    await keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'web-shop' }).waitFor();
    await row(page, 'Label sheet for the new boxes').waitFor();

    // From the composer into the messages, up to the one with a thread, and into the thread.
    await tabTo(page, /textarea: Message #web-shop/);
    await tabTo(page, /^article: Kwame Mensah: Label sheet/, 'Shift+Tab');
    await tabTo(page, /^article: Tomás Ferreira: Checkout was slow/, 'ArrowUp');
    await keyboard.press('t');
    const pane = page.getByRole('complementary', { name: 'Thread' });
    await pane.getByText('Ship it with today').waitFor();
    await tabTo(page, /textarea: Reply/, 'F6');
    await keyboard.type('Boxes are ready for it, too.');
    await keyboard.press('Enter');
    await pane.locator('article[data-number]', { hasText: 'Boxes are ready for it, too.' }).waitFor();
    await keyboard.press('Escape');
    await pane.waitFor({ state: 'detached' });

    // A reaction, chosen by name.
    await tabTo(page, /textarea: Message #web-shop/, 'F6');
    await tabTo(page, /^article: /, 'Shift+Tab');
    await keyboard.press('End');
    await tabTo(page, /^article: Léa Fontaine: /, 'ArrowUp');
    await keyboard.press('+');
    const picker = page.locator(':popover-open, dialog[open]');
    await picker.waitFor();
    await keyboard.type('rocket');
    await until('the search has found one', async () => (await picker.locator('button, [role=option], [role=gridcell]').count()) > 0);
    await keyboard.press('Enter');
    await row(page, 'which sizes do we show').getByRole('button', { name: /🚀, 1 person/ }).waitFor();

    // A message with a mention, completed by keys; then one's own last message is mended.
    await tabTo(page, /textarea: Message #web-shop/, 'F6');
    await keyboard.type('Thanks @pri');
    await page.getByRole('option', { name: /Priya Raman/ }).waitFor();
    await keyboard.press('Enter');
    await keyboard.type('see the lable');
    await keyboard.press('Enter');
    await row(page, 'see the lable').waitFor();
    await keyboard.press('ArrowUp');
    await page.getByRole('textbox', { name: 'Edit message' }).waitFor();
    await keyboard.press('Control+a');
    await keyboard.type('See the label.');
    await keyboard.press('Enter');
    await row(page, 'See the label.').getByText('(edited)').waitFor();

    // The next channel, the keys themselves, and back.
    const here = page.url();
    await keyboard.press('Alt+ArrowDown');
    await page.waitForURL((url) => url.href !== here);
    await keyboard.press('Control+/');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor({ state: 'detached' });
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'web-shop' }).waitFor();
    assert.equal(page.url().split('?')[0], here.split('?')[0]);
    who.check();
  } catch (error) {
    await photograph([who]);
    throw error;
  } finally {
    await who.close();
  }
});
