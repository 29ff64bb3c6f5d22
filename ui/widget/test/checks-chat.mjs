/** The conversation: both ways, over lost connections, with files, forms, errors and identity. */
import assert from "node:assert/strict";
import { browser, check, one, open, openPanel, shop, shot, site, write } from "./bench.mjs";
import { audit, desk, hostSite, jwt, launcher, ORIGIN, panel, snippet, STUB, until, visit } from "./support.mjs";

check("returning visitor: unread opens the line before intent, nothing else does", async () => {
  const inbox = await desk.inbox();
  const { page, context, log } = await open(inbox);
  const frame = await openPanel(page, inbox);
  await write(frame, "hello");
  const conversation = await one(inbox);
  await frame.locator(".by", { hasText: "Sent" }).waitFor();
  const config = `${ORIGIN}/widget/v1/${inbox.key}/config`;
  const after = async () => {
    log.requests.length = 0;
    await page.reload();
    await until("launcher again", async () => (await launcher(page)).length === 1);
    return log.requests.filter((address) => !address.endsWith("/w.js"));
  };
  assert.deepEqual(await after(), [config], "nothing unread: one request");
  await desk.say(conversation, "you forgot your umbrella");
  await after();
  await until("unread is told", async () => (await launcher(page))[0].name === "Open chat, unread messages: 1");
  await panel(page, inbox);
  await context.close();
});

check("conversation: both ways, edit, delete, seen, typing, unread", async () => {
  const inbox = await desk.inbox({ typing_preview: true });
  const { page, context, log } = await open(inbox, {}, "", `${STUB}window.told=[];for(const e of ["open","close","message","unread"])portico("on",e,(d)=>told.push([e,d]))`);
  const frame = await openPanel(page, inbox);
  await frame.getByText("We see your text as you type").waitFor();
  await write(frame, "My lamp **flickers**");
  const conversation = await one(inbox);
  await frame.locator(".by", { hasText: "Sent" }).waitFor();
  assert.equal(await frame.locator(".me .bub strong").textContent(), "flickers");
  await desk.read(conversation, 1);
  await frame.getByText("Seen", { exact: true }).waitFor();
  await desk.type(conversation);
  await frame.getByText(/is typing/).waitFor();
  const answer = await desk.say(conversation, "Which dimmer is it?");
  await frame.locator(".item:not(.me) .bub", { hasText: "Which dimmer is it?" }).waitFor();
  await desk.edit(answer, "Which dimmer is it exactly?");
  await frame.getByText("edited").waitFor();
  await until("read is told", async () => (await desk.conversations(inbox))[0].contact_read_number >= answer.number);
  // Closed with Escape from inside: focus is back on the launcher, and new messages count.
  await frame.locator("textarea").press("Escape");
  await until("closed", async () => (await launcher(page))[0].expanded === false);
  await desk.say(conversation, "Are you there?");
  await until("unread in the launcher's name", async () => (await launcher(page))[0].name === "Open chat, unread messages: 1");
  await shot(page, "unread");
  await page.keyboard.press("Enter");
  await frame.getByText("New messages").waitFor();
  await until("open by the keyboard: the focus came back", async () => (await launcher(page))[0].expanded === true);
  await desk.remove(answer);
  await frame.getByText("Message deleted").waitFor();
  await desk.status(conversation, "resolved");
  await frame.getByText(/This conversation is closed/).waitFor();
  await shot(page, "resolved");
  const told = (await page.evaluate(() => window.told)).map(([name]) => name);
  for (const name of ["open", "close", "message", "unread"]) assert.ok(told.includes(name), `event ${name}`);
  assert.deepEqual(log.errors, []);
  await context.close();
});

check("offline queue: in order, once, over a reload", async () => {
  const inbox = await desk.inbox();
  // Chromium with blocked third-party storage (incognito, so every context here) refuses IndexedDB to frames of another
  // site, and the queue then lives in memory only. So the host is another origin of the same site.
  const near = await hostSite(new URL(ORIGIN).hostname);
  const { page, context } = await visit(browser);
  await page.goto(near.page("/", shop(snippet(inbox))));
  await until("launcher", async () => (await launcher(page)).length === 1);
  const frame = await openPanel(page, inbox);
  await write(frame, "zero");
  await frame.locator(".by", { hasText: "Sent" }).waitFor();
  // The answers to these are lost on the way: the server has them, the panel does not know.
  const lost = `${ORIGIN}/widget/v1/${inbox.key}/messages`;
  await context.route(lost, async (route) => {
    if (route.request().method() !== "POST") return route.continue();
    await route.fetch();
    await route.abort();
  });
  await context.setOffline(true);
  for (const text of ["one", "two", "three"]) await write(frame, text);
  await frame.getByText("Will be sent").first().waitFor();
  await shot(page, "offline");
  await context.setOffline(false);
  // The reload happens before any answer came through.
  await page.reload();
  await context.unroute(lost);
  await until("launcher again", async () => (await launcher(page)).length === 1);
  const again = await openPanel(page, inbox);
  const texts = () => again.locator(".me .bub:not(.wait)").allTextContents();
  await until("all are sent", async () => (await texts()).length === 4 && (await again.locator(".wait").count()) === 0);
  const expected = ["zero", "one", "two", "three"];
  assert.deepEqual((await texts()).map((text) => text.trim()), expected);
  const server = await desk.messages(await one(inbox));
  assert.deepEqual(server.filter((message) => message.author.kind === "contact").map((message) => message.body.text), expected);
  await context.close();
  near.close();
});

check("lost connection: resumes with its cursor", async () => {
  const inbox = await desk.inbox();
  const { page, context } = await visit(browser);
  const sockets = [];
  const hellos = [];
  await context.routeWebSocket(/\/stream$/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((text) => {
      if (JSON.parse(text).type === "hello") hellos.push(JSON.parse(text));
      server.send(text);
    });
    sockets.push(socket);
  });
  await page.goto(site.page(`/${inbox.key}`, shop(snippet(inbox))));
  await until("launcher", async () => (await launcher(page)).length === 1);
  const frame = await openPanel(page, inbox);
  await write(frame, "first");
  const conversation = await one(inbox);
  await until("stream is up", () => hellos.length === 1);
  await desk.say(conversation, "seen live");
  await frame.getByText("seen live").first().waitFor();
  await sockets[0].close();
  await desk.say(conversation, "said meanwhile");
  await frame.locator(".bub", { hasText: "said meanwhile" }).waitFor();
  assert.equal(hellos.length, 2);
  assert.ok(hellos[1].cursor && hellos[1].cursor !== hellos[0].cursor, "the cursor moved on");
  assert.equal(await frame.locator(".bub", { hasText: "seen live" }).count(), 1);
  await context.close();
});

check("form, profile, errors said plainly", async () => {
  const inbox = await desk.inbox({ form: { name: "required", email: "optional" } });
  const { page, context } = await open(inbox);
  const frame = await openPanel(page, inbox);
  const name = frame.getByLabel("Your name");
  await name.waitFor();
  await shot(page, "form");
  assert.deepEqual(await audit(frame), []);
  await frame.getByRole("button", { name: "Start chat" }).click();
  await frame.getByText("Enter your name").waitFor();
  await name.fill("Hanna");
  await frame.getByLabel(/Your e-mail/).fill("hanna");
  await frame.getByRole("button", { name: "Start chat" }).click();
  await frame.getByText(/Enter an e-mail address/).waitFor();
  await shot(page, "form-error");
  await frame.getByLabel(/Your e-mail/).fill("hanna@example.com");
  await frame.getByRole("button", { name: "Start chat" }).click();
  await write(frame, "hello");
  const conversation = await one(inbox);
  assert.equal(conversation.contact.name, "Hanna");
  assert.equal(conversation.contact.email, "hanna@example.com");
  await frame.locator(".by", { hasText: "Sent" }).waitFor();
  await write(frame, "x".repeat(200_000));
  await frame.getByText(/too long/).waitFor();
  await frame.getByRole("button", { name: "Discard" }).click();
  await desk.block(conversation.contact, true);
  await write(frame, "again");
  await frame.getByText(/can’t write/).waitFor();
  await shot(page, "blocked");
  await context.close();
});

check("identify, set, page changes, shutdown", async () => {
  const inbox = await desk.inbox({ identity: "required" });
  const secret = await desk.secret(inbox);
  const { page, context } = await open(inbox);
  const frame = await openPanel(page, inbox);
  await frame.getByText(/Sign in on this site/).waitFor();
  assert.equal(await frame.locator("textarea").count(), 0);
  await page.evaluate((token) => window.portico("identify", { jwt: token }), jwt(secret, { sub: "u1", aud: inbox.key, name: "Hanna" }));
  await write(frame, "it is me");
  const conversation = await one(inbox);
  assert.equal(conversation.contact.verified, true);
  await page.evaluate(() => {
    history.pushState(null, "", "/basket?secret=1#x");
    document.title = "Basket";
  });
  await until("the page is told", async () => (await one(inbox)).contact.page?.title === "Basket");
  assert.equal((await one(inbox)).contact.page.url, `${site.origin}/basket`, "without query and fragment");
  await page.evaluate(() => window.portico("shutdown"));
  await until("forgotten", () => page.evaluate((name) => localStorage.getItem(name) === null, `portico:${inbox.key}`));
  await until("the panel is gone", () => page.frames().length === 1);
  await page.evaluate(() => window.portico("open"));
  const fresh = await panel(page, inbox);
  await fresh.getByText(/Sign in on this site/).waitFor();
  assert.equal(await fresh.getByText("it is me").count(), 0);
  await context.close();
});

check("files: upload, cancel, paste, thumbnails", async () => {
  const inbox = await desk.inbox();
  const { page, context, log } = await open(inbox);
  const frame = await openPanel(page, inbox);
  const picture = Buffer.from(await page.screenshot({ clip: { x: 0, y: 0, width: 320, height: 240 } }));
  await frame.locator("input[type=file]").setInputFiles([
    { name: "lamp.png", mimeType: "image/png", buffer: picture },
    { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("notes") },
  ]);
  await frame.getByRole("button", { name: "Remove notes.txt" }).click();
  await frame.getByRole("button", { name: "Remove lamp.png" }).waitFor();
  await frame.locator("textarea").evaluate((area, bytes) => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(bytes)], "pasted.png", { type: "image/png" }));
    area.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  }, [...picture]);
  await frame.getByRole("button", { name: "Remove pasted.png" }).waitFor();
  await shot(page, "uploads");
  await write(frame, "two pictures");
  await until("thumbnails are shown", async () => (await frame.locator(".thumb img").count()) === 2);
  const conversation = await one(inbox);
  const [message] = await desk.messages(conversation);
  assert.deepEqual(message.files.map((file) => file.name), ["lamp.png", "pasted.png"]);
  const file = await desk.file(conversation, "list.pdf", "application/pdf", Buffer.from("%PDF-1.4"));
  await desk.say(conversation, "the list", [file.id]);
  const download = page.waitForEvent("download");
  await frame.getByRole("button", { name: /list.pdf.*Download/ }).click();
  assert.equal((await download).suggestedFilename(), "list.pdf");
  assert.deepEqual(log.errors, []);
  await shot(page, "files");
  await context.close();
});
