/**
 * Every screen of the demo, in light, in dark and 360 px wide: it renders, axe finds nothing (WCAG 2.2 AA), nothing
 * sticks out sideways, nobody's console says a word. UPDATE_SCREENS=1 also puts pictures of them into docs/screens.
 */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { axe, doAs, launch, person, photograph, signIn } from './lib/browser.mjs';
import { beyondTheEdge } from './lib/edges.mjs';
import { shrink } from './lib/png.mjs';
import { Demo, root, Server } from './lib/server.mjs';
import { openWidget } from './lib/shop.mjs';
import { until } from './lib/wait.mjs';
import { screens } from './screens.mjs';

const LOOKS = [
  ['', { colorScheme: 'light' }],
  ['-dark', { colorScheme: 'dark' }],
  ['-s', { colorScheme: 'light', viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }],
];
/** The app read from right to left, as Arabic would have it: everything stands mirrored, nothing is lost at an edge. */
const MIRRORED = { colorScheme: 'light', viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
const PEOPLE = { ingrid: 'ingrid@northwind.example', priya: 'priya@northwind.example', kwame: 'kwame@northwind.example', joost: 'joost@studio-lumen.example' };
const folder = join(root, 'docs/screens');
const world = {};

before(async () => {
  world.browser = await launch();
  world.demo = await Demo.start();
  world.empty = await Server.start();
  world.sessions = {};
  // Each signs in once; the looks share the session.
  for (const [name, email] of Object.entries(PEOPLE)) {
    const who = await person(world.browser, name);
    await signIn(who, world.demo.url, email, world.demo.password);
    world.sessions[name] = await who.context.storageState();
    if (name === 'ingrid') world.ingrid = await facts(who.page);
    if (name === 'priya') world.report = (await doAs(who.page, 'GET', '/reports?state=all&limit=50')).items.find((one) => one.severity === 'critical').id;
    await who.close();
  }
  if (process.env.UPDATE_SCREENS) await mkdir(folder, { recursive: true });
});

after(async () => {
  await world.browser?.close();
  await world.demo?.stop();
  await world.empty?.stop();
});

/** Ids the addresses need. */
async function facts(page) {
  const boot = await doAs(page, 'GET', '/boot');
  const channel = (handle) => boot.channels.find((one) => one.handle === handle).id;
  const { items } = await doAs(page, 'GET', `/rooms/${channel('web-shop')}/messages?limit=50`);
  const conversations = (await doAs(page, 'GET', '/conversations?status=open')).items;
  const invite = await doAs(page, 'POST', '/invites', { role: 'member', max_uses: 100 });
  return {
    webShop: channel('web-shop'),
    firmware: channel('firmware'),
    direct: boot.directs[0].id,
    thread: items.find((one) => one.thread?.reply_count > 2).id,
    inbox: boot.inboxes[0].id,
    hanna: conversations.find((one) => one.contact.name === 'Hanna Nilsson').id,
    contact: conversations.find((one) => one.contact.name === 'Hanna Nilsson').contact.id,
    invite: new URL(invite.url).pathname,
  };
}

for (const [suffix, look] of LOOKS) {
  test(`screens${suffix || '-light'}`, async (t) => {
    const pages = new Map();
    const visit = async (who) => {
      if (!pages.has(who)) {
        const storageState = world.sessions[who];
        pages.set(who, await person(world.browser, who, { ...look, reducedMotion: 'reduce', ...(storageState && { storageState }) }));
      }
      return pages.get(who);
    };
    for (const screen of screens) {
      await t.test(screen.name, async () => {
        const who = await visit(screen.who ?? 'nobody');
        try {
          await show(who, screen, suffix);
        } catch (error) {
          await photograph([who]);
          throw error;
        }
      });
    }
    for (const who of pages.values()) await who.close();
  });
}

test('screens-rtl', async (t) => {
  const pages = new Map();
  for (const screen of screens.filter((one) => !one.widget)) {
    const name = screen.who ?? 'nobody';
    await t.test(screen.name, async () => {
      if (!pages.has(name)) pages.set(name, await person(world.browser, name, { ...MIRRORED, reducedMotion: 'reduce', ...(world.sessions[name] && { storageState: world.sessions[name] }) }));
      const who = pages.get(name);
      const { page } = who;
      try {
        await page.goto((screen.origin?.(world) ?? world.demo.url) + screen.path(world));
        await screen.ready(page, true).first().waitFor();
        await page.evaluate(() => (document.documentElement.dir = 'rtl'));
        await screen.act?.(page, true);
        assert.deepEqual(await beyondTheEdge(page), [], 'nothing sticks out sideways');
        who.check();
      } catch (error) {
        await photograph([who]);
        throw error;
      }
    });
  }
  for (const who of pages.values()) await who.close();
});

async function show(who, screen, suffix) {
  const { page } = who;
  const origin = screen.origin?.(world) ?? world.demo.url;
  await page.goto(origin + screen.path(world));
  await screen.ready(page, suffix === '-s').first().waitFor();
  await screen.act?.(page, suffix === '-s');
  const frame = screen.widget && (await openWidget(page, world.demo.url));
  await until('fonts and pictures are there', () =>
    page.evaluate(() => document.fonts.status === 'loaded' && [...document.images].every((image) => image.complete || image.loading === 'lazy')),
  );
  assert.deepEqual(await beyondTheEdge(page), [], 'nothing sticks out sideways');
  if (process.env.UPDATE_SCREENS) await writeFile(join(folder, `${screen.name}${suffix}.png`), shrink(await page.screenshot({ animations: 'disabled' })));
  assert.deepEqual(await axe(page), [], 'axe finds nothing');
  if (frame) assert.deepEqual(await axe(frame), [], 'axe finds nothing in the panel');
  who.check();
}
