/** What the loader withstands and what it must never do, in hostile and odd host pages. */
import assert from "node:assert/strict";
import { browser, check, one, open, openPanel, shop, shot, site, write } from "./bench.mjs";
import { desk, HOST_CSP, hostSite, launcher, ORIGIN, panel, snippet, STUB, until, visit } from "./support.mjs";

check("hostile host page", async () => {
  const inbox = await desk.inbox();
  const hostile = site.page("/hostile.js", hostileScript(), { type: "text/javascript" });
  const url = site.page("/hostile", shop("", `<link rel="stylesheet" href="/x.css"><script src="${hostile}"></script>${snippet(inbox)}`), { csp: HOST_CSP(ORIGIN).replace("default-src 'none'", "default-src 'none'; style-src 'self'") });
  site.page("/x.css", "*{all:unset!important} portico-chat,portico-chat *{display:none!important;opacity:0!important}", { type: "text/css" });
  const { page, log, context } = await visit(browser);
  await page.goto(url);
  const [button] = await until("launcher in spite of everything", async () => {
    const all = await launcher(page);
    return all.length && all;
  });
  assert.equal(button.name, "Open chat");
  assert.deepEqual(log.requests.filter((address) => !address.endsWith("/w.js")), [`${ORIGIN}/widget/v1/${inbox.key}/config`], "one request before intent");
  const frame = await openPanel(page, inbox);
  await write(frame, "from a hostile page");
  const conversation = await one(inbox);
  await desk.say(conversation, "welcome anyway");
  await frame.getByText("welcome anyway").first().waitFor();
  await shot(page, "hostile");
  assert.deepEqual(log.errors, []);
  await context.close();
});

function hostileScript() {
  return `
    for (const name of ["push","map","forEach","filter","indexOf","find","some","slice","splice","concat","join"])
      Array.prototype[name] = function () { throw new Error("hostile " + name); };
    Array.prototype[Symbol.iterator] = function () { throw new Error("hostile iterator"); };
    Array.prototype.toJSON = Object.prototype.toJSON = function () { return "hostile"; };
    JSON.parse = JSON.stringify = function () { throw new Error("hostile JSON"); };
  `;
}

check("head, late body, replaced body", async () => {
  const inbox = await desk.inbox();
  site.page("/late.js", `document.documentElement.removeChild(document.body);setTimeout(()=>document.documentElement.appendChild(document.createElement("body")),500)`, { type: "text/javascript" });
  const url = site.page("/late", shop(`<script src="/late.js"></script>`, snippet(inbox)));
  const { page, log, context } = await visit(browser);
  await page.goto(url);
  await until("launcher in the late body", async () => (await launcher(page)).length === 1);
  await page.evaluate(() => document.documentElement.replaceChild(document.createElement("body"), document.body));
  await until("launcher after the body was replaced", async () => (await launcher(page)).length === 1);
  const frame = await openPanel(page, inbox);
  await write(frame, "still here");
  await one(inbox);
  assert.deepEqual(log.errors, []);
  await context.close();
});

check("loaded twice, two keys", async () => {
  const first = await desk.inbox({ name: "Shop" });
  const second = await desk.inbox({ name: "Repairs", color: "#ffd400" });
  const url = site.page("/twice", shop(`<script>${STUB}portico("on","ready",()=>window.ready=1);portico("${second.key}:open")</script>` + snippet(first) + snippet(first) + snippet(second, 'data-position="start"')));
  const { page, context, log } = await visit(browser);
  await page.goto(url);
  await until("two launchers, not three", async () => (await launcher(page)).length === 2);
  await until("ready told", () => page.evaluate(() => window.ready === 1));
  const frame = await panel(page, second);
  await frame.getByRole("heading", { name: "Repairs" }).waitFor();
  await shot(page, "two-keys");
  assert.equal(page.frames().length, 2, "the other widget's frame is not loaded");
  assert.deepEqual(log.errors, []);
  await context.close();
});

check("foreign messages are ignored", async () => {
  const inbox = await desk.inbox();
  const other = await hostSite();
  const attack = other.page("/attack", `<script>
    const c = new MessageChannel(); window.got = []; c.port1.onmessage = (e) => got.push(e.data);
    for (const target of [parent, ...Array.from({length: parent.length}, (_, i) => parent[i])]) {
      try { const d = new MessageChannel(); d.port1.onmessage = (e) => got.push(e.data); target.postMessage({portico:"hello",key:"${inbox.key}"}, "*", [d.port2]); } catch {}
    }
    parent.postMessage({portico:"hello",key:"${inbox.key}"}, "*", [c.port2]);
    window.sent = true;
  </script>`);
  const { page, context } = await open(inbox);
  const frame = await openPanel(page, inbox);
  await write(frame, "a secret");
  const conversation = await one(inbox);
  const stored = await page.evaluate((name) => localStorage.getItem(name), `portico:${inbox.key}`);
  assert.match(stored, /^\S+ \S+$/, "the token is kept on the host");
  await page.evaluate((url) => {
    const evil = document.createElement("iframe");
    evil.src = url;
    document.body.appendChild(evil);
    // The page itself is not the panel either.
    const channel = new MessageChannel();
    window.got = [];
    channel.port1.onmessage = (event) => window.got.push(event.data);
    postMessage({ portico: "hello", key: url.slice(-1) }, "*", [channel.port2]);
  }, attack);
  const evil = await until("the attacker's frame", () => page.frames().find((one) => one.url() === attack));
  await until("the attacker has spoken", () => evil.evaluate(() => window.sent === true));
  // The true panel still works after the attempt, so everything before it has been handled.
  await desk.say(conversation, "an answer");
  await frame.getByText("an answer").first().waitFor();
  assert.deepEqual(await evil.evaluate(() => window.got), []);
  assert.deepEqual(await page.evaluate(() => window.got), []);
  other.close();
  await context.close();
});

check("no token in any address", async () => {
  const inbox = await desk.inbox();
  const { page, context, log } = await open(inbox);
  const frame = await openPanel(page, inbox);
  await write(frame, "hello");
  const conversation = await one(inbox);
  await desk.say(conversation, "hello to you");
  await frame.getByText("hello to you").first().waitFor();
  await page.reload();
  await until("launcher again", async () => (await launcher(page)).length === 1);
  const again = await openPanel(page, inbox);
  await again.getByText("hello to you").first().waitFor();
  const token = (await page.evaluate((name) => localStorage.getItem(name), `portico:${inbox.key}`)).split(" ")[1];
  assert.ok(token.length > 10);
  assert.ok(log.requests.length > 5 && log.sockets.length > 0);
  for (const url of [...log.requests, ...log.sockets]) assert.ok(!url.includes(token), url);
  assert.deepEqual(await context.cookies(), [], "no cookies");
  await context.close();
});

check("back/forward cache", async () => {
  const inbox = await desk.inbox();
  const { page, context } = await open(inbox);
  await page.evaluate(() => {
    addEventListener("pageshow", (event) => (window.shown = event.persisted));
  });
  const frame = await openPanel(page, inbox);
  await write(frame, "before leaving");
  const conversation = await one(inbox);
  await page.goto(site.page("/elsewhere", shop("")));
  const missed = await desk.say(conversation, "while away");
  // Not goBack(): it waits for a load event, which a page out of the cache does not have.
  await page.evaluate(() => history.back());
  await until("launcher is back", async () => (await launcher(page)).length === 1);
  const cached = await page.evaluate(() => window.shown === true);
  console.log(`     restored from the cache: ${cached}`);
  if (!cached) await openPanel(page, inbox);
  // The panel was open when the page was left, so what came meanwhile is read now.
  await until("the panel caught up", async () => (await one(inbox)).contact_read_number >= missed.number);
  await context.close();
});

check("blocked storage", async () => {
  const inbox = await desk.inbox();
  const { page, context, log } = await visit(browser);
  await context.addInitScript(() => {
    for (const name of ["localStorage", "sessionStorage", "indexedDB"])
      Object.defineProperty(window, name, { get() { throw new DOMException("blocked", "SecurityError"); } });
  });
  await page.goto(site.page(`/${inbox.key}`, shop(snippet(inbox))));
  await until("launcher", async () => (await launcher(page)).length === 1);
  const frame = await openPanel(page, inbox);
  await write(frame, "memory only");
  await frame.locator(".by", { hasText: "Sent" }).waitFor();
  await one(inbox);
  assert.deepEqual(log.errors, []);
  await context.close();
});
