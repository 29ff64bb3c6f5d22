/** Setup with the printed code, invitations, acceptance: each in a browser of their own. */
import assert from 'node:assert/strict';
import { doAs, person } from '../lib/browser.mjs';

export const PASSWORD = 'a lamp in every window';

/** The owner sets the empty server up with the code it printed. */
export async function setUp(world) {
  const owner = await person(world.browser, 'Olga Owner');
  world.owner = owner;
  const { page } = owner;
  await page.goto(world.origin);
  await page.getByRole('heading', { name: 'Set up your server' }).waitFor();
  await page.getByLabel('One-time code').fill(world.server.setupCode);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByLabel('Your name').fill(owner.name);
  await page.getByLabel('E-mail').fill('olga@example.org');
  await page.getByLabel('Choose a password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByLabel('Name of your organization').fill('Northwind Lamps');
  await page.getByRole('button', { name: 'Create organization' }).click();
  await page.getByRole('navigation', { name: 'Desks', exact: true }).waitFor();
  // The code was for once.
  const again = await fetch(`${world.server.url}/api/portico/v1/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code: world.server.setupCode, organization: 'x', owner: { name: 'x', email: 'x@example.org', password: PASSWORD } }),
  });
  assert.equal(again.status, 410, 'a second setup is refused');
}

/** Someone follows an invitation of the owner's and makes an account. */
export async function join(world, name, email, role = 'member') {
  const { url } = await doAs(world.owner.page, 'POST', '/invites', { role });
  assert.ok(url.startsWith(world.origin), `the invitation leads to this server: ${url}`);
  const who = await person(world.browser, name);
  await who.page.goto(url);
  await who.page.getByText('Olga Owner has invited you as').waitFor();
  await who.page.getByLabel('Your name').fill(name);
  await who.page.getByLabel('E-mail').fill(email);
  await who.page.getByLabel('Choose a password').fill(PASSWORD);
  await who.page.getByRole('button', { name: 'Join' }).click();
  await who.page.getByRole('navigation', { name: 'Desks', exact: true }).waitFor();
  who.id = (await doAs(who.page, 'GET', '/me')).member.id;
  return who;
}
