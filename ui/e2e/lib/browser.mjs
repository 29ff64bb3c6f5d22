/** Chromium, contexts that watch themselves, and axe. */
import { createRequire } from 'node:module';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

const RESULTS = fileURLToPath(new URL('../test-results/', import.meta.url));

export function launch() {
  return chromium.launch({
    executablePath: process.env.PORTICO_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

/** What every page of a test may say: nobody is signed in yet, and the app asks. */
const ALWAYS = [/401 \(Unauthorized\).*\/api\/portico\/v1\/(boot|me)$/];
/** What browsers say when a connection is lost. */
export const LOST = [/net::ERR_/, /WebSocket connection to .* failed/, /Failed to load resource: the server responded with a status of 503/];

/** Writes down every console error, exception and violated policy of a context. */
class Guard {
  constructor() {
    this.found = [];
    this.allowed = [...ALWAYS];
  }

  /** From now on these may be said. */
  allow(...patterns) {
    this.allowed.push(...patterns);
  }

  /** Throws when something unexpected was said since the last time. */
  check(who) {
    const found = this.found.splice(0);
    if (found.length > 0) throw new Error(`${who} got what nobody should: \n  ${found.join('\n  ')}`);
  }

  note(text) {
    if (!this.allowed.some((pattern) => pattern.test(text))) this.found.push(text);
  }
}

/** Someone with a browser of their own: a context, a page, and a guard over both. */
export async function person(browser, name, options = {}) {
  const guard = new Guard();
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB', timezoneId: 'Europe/Stockholm', ...options });
  context.setDefaultTimeout(20_000);
  if (options.javaScriptEnabled !== false) {
    await context.exposeBinding('__violated', (source, text) => guard.note(`policy violated at ${source.frame.url()}: ${text}`));
    await context.addInitScript(() => {
      addEventListener('securitypolicyviolation', (event) => {
        globalThis.__violated(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.sample}`);
      });
    });
  }
  const watch = (page) => {
    page.on('console', (message) => message.type() === 'error' && guard.note(`console: ${message.text()} ${message.location().url}`));
    page.on('pageerror', (error) => guard.note(`exception: ${error.stack ?? error}`));
  };
  context.on('page', watch);
  const page = await context.newPage();
  return { name, context, page, guard, heard: listen(page), streams: countStreams(page), check: () => guard.check(name), close: () => context.close() };
}

/** Everything a page is told from here on: answers and stream frames, as text. What must not reach someone is looked for in it. */
function listen(page) {
  const heard = [];
  page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => heard.push(String(payload))));
  page.on('response', async (response) => {
    const kind = response.headers()['content-type'] ?? '';
    if (/json|html/.test(kind)) heard.push(await response.text().catch(() => ''));
  });
  return heard;
}

/** How many streams of a page have ended. */
function countStreams(page) {
  const streams = { ended: 0 };
  page.on('websocket', (socket) => socket.on('close', () => (streams.ended += 1)));
  return streams;
}

/** After a failure: what everybody has before them, in ui/e2e/test-results, and what their guards heard. */
export async function photograph(people) {
  await mkdir(RESULTS, { recursive: true });
  for (const { name, page, guard } of people) {
    await page.screenshot({ path: join(RESULTS, `${name.replaceAll(' ', '-').toLowerCase()}.png`) }).catch(() => {});
    for (const text of guard.found) console.error(`${name}: ${text}`);
  }
}

/** Signs in at the form. */
export async function signIn(who, origin, email, password, path = '/') {
  await who.page.goto(origin + path);
  await who.page.getByLabel('E-mail').fill(email);
  await who.page.getByLabel('Password').fill(password);
  await who.page.getByRole('button', { name: 'Sign in' }).click();
  await who.page.getByRole('navigation', { name: 'Desks', exact: true }).waitFor();
}

/** Calls the API with the session of a page, as a script of the app would. Gives status and body, whatever they are. */
export function callAs(page, method, path, body) {
  return page.evaluate(
    async ([method, path, body]) => {
      const base = '/api/portico/v1';
      const me = await (await fetch(`${base}/me`)).json();
      const answer = await fetch(base + path, {
        method,
        headers: { 'content-type': 'application/json', 'x-portico-csrf': me.csrf },
        body: body === null ? undefined : JSON.stringify(body),
      });
      const text = await answer.text();
      return { status: answer.status, body: text ? JSON.parse(text) : null };
    },
    [method, path, body ?? null],
  );
}

/** The same where it has to work. */
export async function doAs(page, method, path, body) {
  const answer = await callAs(page, method, path, body);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** Violations of WCAG 2.2 AA in a page or frame, one line each. */
export async function axe(frame) {
  // By evaluation: a script element would be refused by Trusted Types, and rightly.
  await frame.evaluate(axeSource);
  const { violations } = await frame.evaluate((tags) => globalThis.axe.run(document, { iframes: false, runOnly: tags }), WCAG);
  return violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.target} (${(node.any[0] ?? node.all[0] ?? node.none[0])?.message ?? one.help})`));
}
