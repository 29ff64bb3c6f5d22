/** Keyboard, focus, small screens, and WCAG 2.2 AA in every look. */
import assert from "node:assert/strict";
import { check, one, open, shot, write } from "./bench.mjs";
import { audit, desk, launcher, panel, until } from "./support.mjs";

check("keyboard, focus, small screens", async () => {
  const inbox = await desk.inbox();
  const { page, context } = await open(inbox);
  await page.locator("#own").focus();
  let steps = 0;
  // Found by tabbing alone.
  while ((await page.evaluate(() => document.activeElement?.localName)) !== "portico-chat" && steps++ < 5) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  const frame = await panel(page, inbox);
  await until("focus is in the composer", () => frame.evaluate(() => document.activeElement?.localName === "textarea"));
  await page.keyboard.type("typed blindly");
  await page.keyboard.press("Enter");
  await one(inbox);
  await page.keyboard.press("Escape");
  await until("closed", async () => (await launcher(page))[0].expanded === false);
  assert.equal(await page.evaluate(() => document.activeElement?.localName), "portico-chat");
  await until("the keys go to the page again", async () => !(await frame.evaluate(() => document.hasFocus())));
  // Small: the panel is modal and fills the screen; the page behind is inert.
  await page.setViewportSize({ width: 360, height: 740 });
  await page.keyboard.press("Enter");
  await until("open", () => frame.evaluate(() => document.hasFocus()));
  const size = await frame.evaluate(() => [innerWidth, innerHeight]);
  assert.deepEqual(size, [360, 740]);
  for (const target of await frame.locator("button:visible").all()) {
    const box = await target.boundingBox();
    assert.ok(box.width >= 44 && box.height >= 44, `${await target.getAttribute("aria-label")}: ${box.width}×${box.height}`);
  }
  await shot(page, "small");
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  assert.ok(nodes.some((node) => node.role?.value === "dialog" && node.properties?.some((one) => one.name === "modal" && one.value.value)), "modal");
  assert.ok(!nodes.some((node) => node.name?.value === "Own button" && !node.ignored), "the page is inert");
  await context.close();
});

for (const [name, options, locale, color] of [
  ["light", { colorScheme: "light" }, "en", "#23483c"],
  ["dark", { colorScheme: "dark" }, "en", "#ffd400"],
  ["arabic", { colorScheme: "light", locale: "ar" }, "ar", "#0b6a64"],
  ["arabic-dark-360", { colorScheme: "dark", viewport: { width: 360, height: 740 } }, "ar", "#3350d4"],
]) {
  check(`looks and WCAG 2.2 AA: ${name}`, async () => {
    const arabic = locale === "ar";
    const inbox = await desk.inbox({ color, typing_preview: true, greeting: arabic ? "مرحبًا! كيف يمكننا مساعدتك؟" : "Hello! Ask us anything about lamps." });
    const { page, context, log } = await open(inbox, { ...options, openShadow: true }, `data-locale="${locale}"`);
    await shot(page, `${name}-closed`);
    assert.deepEqual(await audit(page), [], "closed");
    await page.locator("portico-chat .l").click();
    const frame = await panel(page, inbox);
    await frame.locator("textarea").waitFor();
    await shot(page, `${name}-empty`);
    await write(frame, arabic ? "مصباحي يومض منذ أن ركبته على الحائط" : "Hi! My Moss desk lamp flickers since I put it on the wall dimmer.");
    const conversation = await one(inbox);
    await desk.read(conversation, 1);
    await desk.say(conversation, arabic ? "ما نوع المفتاح؟" : "Hello Hanna, sorry about that. Which dimmer is it? See https://example.com/list");
    const file = await desk.file(conversation, "Dimmers-that-work.pdf", "application/pdf", Buffer.alloc(1_100_000));
    await desk.say(conversation, arabic ? "هذه هي القائمة" : "Here is the list we test against:", [file.id]);
    await frame.locator(".file").waitFor();
    await write(frame, arabic ? "شكرًا" : "It says Vadsbo LD220.");
    await frame.locator(".by", { hasText: arabic ? "أُرسلت" : "Sent" }).waitFor();
    await desk.type(conversation);
    await frame.locator(".typing").waitFor();
    await shot(page, name);
    assert.deepEqual(await audit(frame), [], "panel");
    assert.deepEqual(await audit(page), [], "page");
    assert.equal(await frame.evaluate(() => document.documentElement.dir), arabic ? "rtl" : "ltr");
    assert.deepEqual(log.errors, []);
    await context.close();
  });
}
