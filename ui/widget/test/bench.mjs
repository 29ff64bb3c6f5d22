/** The bench of the browser checks: one host site, one browser, small helpers, and the list of checks. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { clickLauncher, desk, hostSite, launch, launcher, panel, snippet, until, visit } from "./support.mjs";

const SCREENS = process.env.SCREENS;
if (SCREENS) await mkdir(SCREENS, { recursive: true });
export const site = await hostSite();
export const browser = await launch();
export const checks = new Map();
export const check = (name, run) => checks.set(name, run);
export const shot = (page, name) => SCREENS && page.screenshot({ path: join(SCREENS, `${name}.png`) });
export const one = async (inbox) => until("a conversation exists", async () => (await desk.conversations(inbox))[0]);

export const shop = (scripts, head = "") =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Moss desk lamp</title>${head}</head><body><h1>Moss desk lamp</h1><p>A lamp.</p><button id="own">Own button</button>${scripts}</body></html>`;

export async function open(inbox, options = {}, attributes = "", stub = "") {
  const url = site.page(`/${inbox.key}`, shop(`<script>${stub}</script>${snippet(inbox, attributes)}`));
  const visitor = await visit(browser, options);
  await visitor.page.goto(url);
  await until("the launcher is there", async () => (await launcher(visitor.page)).length === 1);
  return visitor;
}

export async function openPanel(page, inbox) {
  await clickLauncher(page, false);
  const frame = await panel(page, inbox);
  await frame.locator("main").waitFor();
  return frame;
}

export async function write(frame, text) {
  await frame.locator("textarea").fill(text);
  await frame.locator("textarea").press("Enter");
}
