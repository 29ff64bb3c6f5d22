/** The Team desk: a channel, a message seen live, a thread, a file, a search. */
import assert from 'node:assert/strict';
import { doAs } from '../lib/browser.mjs';
import { composer, openChannel, openDesk, row, write } from '../lib/desk.mjs';
import { until } from '../lib/wait.mjs';

export async function makeChannel(world) {
  const { page } = world.owner;
  await openDesk(page, 'Team');
  await page.getByRole('button', { name: 'Add a channel' }).click();
  await page.getByRole('menuitem', { name: 'Create a channel' }).click();
  const dialog = page.getByRole('dialog', { name: 'Create a channel' });
  await dialog.getByLabel('Name').fill('workshop');
  await dialog.getByRole('button', { name: 'Create channel' }).click();
  await page.getByRole('heading', { level: 1, name: 'workshop' }).waitFor();
  const { items } = await doAs(page, 'GET', '/channels?q=workshop');
  world.channel = items[0].id;
}

/** The others find it and come in by themselves. */
export async function comeIn(world) {
  for (const who of [world.member, world.agent]) {
    await openDesk(who.page, 'Team');
    await who.page.getByRole('button', { name: 'Add a channel' }).click();
    await who.page.getByRole('menuitem', { name: 'Browse channels' }).click();
    await who.page.getByRole('button', { name: 'Join: workshop' }).click();
    await composer(who.page).waitFor();
  }
}

export async function talk(world) {
  const { owner, member } = world;
  await openChannel(owner.page, 'workshop');
  await write(owner.page, 'Who mends the **Halden** tonight?');
  await row(member.page, 'Who mends the Halden tonight?').waitFor();
  assert.equal(await row(member.page, 'Who mends the').locator('strong').innerText(), 'Halden', 'Markdown is rendered');
  // Typing is seen before the message is.
  await composer(member.page).locator('textarea').pressSequentially('I do');
  await owner.page.getByText('Max Member is typing').waitFor();
  await composer(member.page).locator('textarea').press('Enter');
  await row(owner.page, 'I do').waitFor();
}

export async function thread(world) {
  const { owner, member, agent } = world;
  const root = row(member.page, 'Who mends the');
  await root.focus();
  await root.press('t');
  const pane = member.page.getByRole('complementary', { name: 'Thread' });
  await pane.getByLabel('Reply').last().fill('With the new cord.');
  await pane.getByLabel('Reply').last().press('Enter');
  await row(owner.page, 'Who mends the').getByRole('button', { name: /1 reply/ }).click();
  await owner.page.getByRole('complementary', { name: 'Thread' }).getByText('With the new cord.').waitFor();
  await row(agent.page, 'Who mends the').getByRole('button', { name: /1 reply/ }).waitFor();
  for (const who of [owner, member]) {
    await who.page.keyboard.press('Escape');
    await who.page.getByRole('complementary', { name: 'Thread' }).waitFor({ state: 'detached' });
  }
}

export async function file(world) {
  const { owner, member } = world;
  const picture = await owner.page.screenshot({ clip: { x: 0, y: 0, width: 200, height: 120 } });
  await composer(owner.page).locator('input[type=file]').setInputFiles([
    { name: 'cord.png', mimeType: 'image/png', buffer: picture },
    { name: 'parts.txt', mimeType: 'text/plain', buffer: Buffer.from('one cord, two screws') },
  ]);
  await write(owner.page, 'Parts and a picture');
  const seen = row(member.page, 'Parts and a picture');
  const image = seen.locator('.pic img');
  await until('the small picture is drawn', () => image.evaluate((img) => img.complete && img.naturalWidth > 0).catch(() => false));
  const download = member.page.waitForEvent('download');
  await seen.getByRole('link', { name: /parts\.txt/ }).click();
  const stream = await (await download).createReadStream();
  assert.equal(Buffer.concat(await stream.toArray()).toString(), 'one cord, two screws');
}

export async function search(world) {
  const { page } = world.agent;
  await page.goto(`${world.origin}/search`);
  await page.getByLabel('Search messages').fill('cord');
  await page.getByLabel('Search messages').press('Enter');
  await page.getByText('With the new cord.').first().waitFor();
  await page.getByText('Nothing found').waitFor({ state: 'detached' });
  await page.getByLabel('Search messages').fill('halden');
  await page.getByLabel('Search messages').press('Enter');
  await page.locator('main mark', { hasText: 'Halden' }).first().waitFor();
  await openDesk(page, 'Team');
  await openChannel(page, 'workshop');
}
