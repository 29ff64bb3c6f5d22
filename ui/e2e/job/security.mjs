/** The Security desk: a report without a script, an answer, and an owner who learns nothing of it. */
import assert from 'node:assert/strict';
import { callAs, doAs, person } from '../lib/browser.mjs';
import { openDesk, row, sees, write } from '../lib/desk.mjs';

/** Words that stand nowhere else. */
const TITLE = 'Quokka serial in every invoice address';
const CANARIES = ['Quokka', 'numbat', 'bilby', 'wombat'];
const NOTE = 'The numbat column is not checked at all';
const ANSWER = 'Thank you. The bilby fix goes out tonight.';
const THANKS = 'Good. My wombat can sleep again.';

/** The owner founds the program for somebody else, who alone is its team. */
export async function makeProgram(world) {
  const program = await doAs(world.owner.page, 'POST', '/programs', {
    name: 'Web shop',
    prefix: 'WS',
    intro: 'Tell us first.',
    policy: '# Rules\n\nDo no harm.',
    contact: 'mailto:security@example.org',
    member_ids: [world.security.id],
  });
  world.program = program.slug;
  await openDesk(world.security.page, 'Security');
}

/** Somebody without scripts and without an account reports by the public form. */
export async function researcherReports(world) {
  const researcher = await person(world.browser, 'Researcher', { javaScriptEnabled: false });
  world.researcher = researcher;
  const { page } = researcher;
  await page.goto(`${world.origin}/security`);
  await page.getByRole('link', { name: 'Web shop', exact: true }).click();
  await page.getByRole('heading', { name: 'Rules' }).waitFor();
  await page.getByRole('link', { name: 'Report a vulnerability' }).click();
  await page.getByLabel('Title').fill(TITLE);
  await page.getByLabel('What is wrong?').fill('The number in the address is **not** checked.');
  await page.getByLabel(/^Steps/).fill('1. Sign in\n2. Change the number');
  await page.getByLabel('What could someone do with it?').fill('Read all bills.');
  await page.getByLabel(/^Name for public thanks/).fill('Mats');
  await page.getByRole('button', { name: 'Send report' }).click();
  await page.getByText('Keep the address of this page').waitFor();
  await page.getByRole('heading', { level: 1, name: TITLE }).waitFor();
  assert.match(page.url(), /\/security\/track\/pt_[0-9a-z]{26}/);
  world.tracking = page.url();
}

/** The team sees it at once, writes a note to itself and an answer to the reporter. */
export async function teamAnswers(world) {
  const { page } = world.security;
  await page.getByRole('link', { name: new RegExp(TITLE) }).click();
  await page.getByRole('heading', { level: 1, name: TITLE }).waitFor();
  world.report = new URL(page.url()).pathname.split('/')[2];
  await row(page, 'The number in the address is not checked.').waitFor();
  const who = page.getByRole('group', { name: 'Who sees this' });
  await who.getByRole('button', { name: 'Team', exact: false }).click();
  await write(page, NOTE);
  await row(page, NOTE).waitFor();
  await who.getByRole('button', { name: 'Everyone' }).click();
  await write(page, ANSWER);
  await row(page, ANSWER).waitFor();
}

/** The reporter reads the answer on the tracking page, not the note, and writes back. */
export async function reporterReads(world) {
  const { page, heard } = world.researcher;
  await page.goto(world.tracking);
  await page.getByText(ANSWER).waitFor();
  assert.equal(await page.getByText(NOTE).count(), 0, 'the note is not on the page');
  await page.getByLabel('Reply to the security team').last().fill(THANKS);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.locator('.timeline').getByText(THANKS).waitFor();
  assert.ok(heard.some((text) => text.includes(ANSWER)) && !heard.some((text) => text.includes(NOTE)), 'what the reporter was sent');
  await row(world.security.page, THANKS).waitFor();
  assert.equal((await sees(world.security.page)).filter((text) => text === THANKS).length, 1);
}

/** The team's engineer has the report open. */
export async function openReport(world) {
  const { page } = world.security;
  await page.goto(`${world.origin}/reports/${world.report}`);
  await row(page, THANKS).waitFor();
}

/** The reporter comes back to the tracking page and writes once more. */
export async function reporterWrites(world, text) {
  const { page } = world.researcher;
  await page.goto(world.tracking);
  await page.getByLabel('Reply to the security team').last().fill(text);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.locator('.timeline').getByText(text).waitFor();
}

/** The team, who had the report open all the time, sees it once, and so does the reporter. */
export async function teamHasOnce(world, text) {
  await row(world.security.page, text).waitFor();
  assert.equal((await sees(world.security.page)).filter((one) => one === text).length, 1, `the team sees once: ${text}`);
  assert.equal(await world.researcher.page.locator('.timeline').getByText(text).count(), 1, `the reporter sees once: ${text}`);
}

/** Rank does not matter: owner and member find nothing anywhere, and nothing was sent to their browsers. */
export async function ownerSeesNothing(world) {
  const { page } = world.owner;
  // Browsers report each refusal we ask for.
  for (const who of [world.owner, world.member]) who.guard.allow(new RegExp(`404 \\(Not Found\\).*${world.report}`));
  const blank = async (where) => {
    const text = await page.locator('body').innerText();
    for (const word of [...CANARIES, 'WS-1']) assert.ok(!text.includes(word), `${where} shows ${word}`);
  };
  for (const path of ['/inbox', '/reports', '/reports/all', '/reports/closed', `/reports/program/${world.program}`]) {
    await page.goto(world.origin + path);
    await page.locator('main').waitFor();
    await page.getByRole('navigation', { name: 'Desks', exact: true }).waitFor();
    await blank(path);
  }
  const security = page.getByRole('navigation', { name: 'Desks', exact: true }).getByRole('link', { name: /^Security/ });
  assert.equal((await security.innerText()).trim(), 'Security', 'no number at the desk');
  await page.goto(`${world.origin}/reports/${world.report}`);
  await page.getByText('Nothing here for you').waitFor();
  await page.goto(`${world.origin}/team/${world.report}`);
  await page.getByText('Nothing here for you').waitFor();
  for (const word of CANARIES) {
    await page.goto(`${world.origin}/search?q=${word}`);
    await page.getByText('Nothing found').waitFor();
  }
  // The control: for the team the same search finds.
  await world.security.page.goto(`${world.origin}/search?q=numbat`);
  await world.security.page.locator('main mark', { hasText: 'numbat' }).first().waitFor();

  for (const who of [world.owner, world.member]) {
    const ask = (method, path, body) => callAs(who.page, method, path, body);
    const id = world.report;
    for (const [method, path, body] of [
      ['GET', `/reports/${id}`],
      ['GET', `/rooms/${id}`],
      ['GET', `/rooms/${id}/messages`],
      ['GET', `/rooms/${id}/members`],
      ['POST', `/rooms/${id}/messages`, { body: 'hello' }],
      ['POST', `/rooms/${id}/read`, { number: 1 }],
      ['PATCH', `/reports/${id}`, { severity: 'low' }],
      ['POST', `/reports/${id}/tracking-link`, {}],
    ]) {
      assert.equal((await ask(method, path, body)).status, 404, `${who.name}: ${method} ${path}`);
    }
    const list = await ask('GET', '/reports?state=all');
    assert.deepEqual(list.body?.items ?? [], [], `${who.name}: GET /reports`);
    const found = await ask('GET', '/search?q=quokka');
    assert.deepEqual(found.body.items, []);
  }
  const audit = await doAs(page, 'GET', '/audit?limit=200');
  assert.ok(audit.items.length > 0 && !/WS-1|Quokka/.test(JSON.stringify(audit)), 'the audit record is silent about the report');
  for (const who of [world.owner, world.member, world.agent]) {
    assert.ok(who.heard.length > 0);
    for (const word of CANARIES) {
      const leak = who.heard.find((text) => text.includes(word));
      assert.ok(!leak, `${who.name} was told ${word}: ${leak?.slice(0, 300)}`);
    }
  }
}
