/**
 * What the browser checks stand on: a host site of our own on another origin, an agent who speaks the native API,
 * and a browser. Needs a running Portico: PORTICO_ORIGIN, and PORTICO_TOKEN of a member who may manage inboxes.
 */
import { createServer } from "node:http";
import { createHmac } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

export const ORIGIN = process.env.PORTICO_ORIGIN ?? "";
const TOKEN = process.env.PORTICO_TOKEN ?? "";
if (!ORIGIN || !TOKEN) throw new Error("set PORTICO_ORIGIN and PORTICO_TOKEN");

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The strictest policy under which the snippet has to work. */
export const HOST_CSP = (origin) =>
  `default-src 'none'; script-src 'self' ${origin}; connect-src ${origin}; frame-src ${origin}; require-trusted-types-for 'script'; trusted-types 'none'`;

/** Serves pages on a loopback name: "localhost" is another site than Portico's 127.0.0.1, the same name only another origin. */
export async function hostSite(name = "localhost") {
  const pages = new Map();
  const server = createServer((request, response) => {
    const page = pages.get(new URL(request.url, "http://host").pathname);
    if (!page) return response.writeHead(404).end();
    const headers = { "content-type": page.type ?? "text/html; charset=utf-8" };
    if (page.csp) headers["content-security-policy"] = page.csp;
    response.writeHead(200, headers).end(page.body);
  });
  await new Promise((done) => server.listen(0, name, done));
  const origin = `http://${name}:${server.address().port}`;
  return {
    origin,
    page(path, body, more = {}) {
      pages.set(path, { body, ...more });
      return origin + path;
    },
    close: () => server.close(),
  };
}

async function call(method, path, body, type = "application/json") {
  const answer = await fetch(`${ORIGIN}/api/portico/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${TOKEN}`, ...(body === undefined ? {} : { "content-type": type }) },
    body: body === undefined ? undefined : type === "application/json" ? JSON.stringify(body) : body,
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : null;
}

/** The team's side, by the public API only. */
export const desk = {
  inbox: (more = {}) => call("POST", "/inboxes", { kind: "website", name: "Northwind Lamps", color: "#23483c", greeting: "Hello! Ask us anything about lamps.", allowed_origins: [], ...more }),
  secret: async (inbox) => (await call("POST", `/inboxes/${inbox.id}/identity-secret`, {})).secret,
  change: (inbox, change) => call("PATCH", `/inboxes/${inbox.id}`, change),
  conversations: async (inbox) => (await call("GET", `/conversations?status=all&inbox=${inbox.id}`)).items,
  messages: async (conversation) => (await call("GET", `/rooms/${conversation.id}/messages?limit=100`)).items,
  say: (conversation, body, file_ids = []) => call("POST", `/rooms/${conversation.id}/messages`, { body, ring: "everyone", file_ids }),
  edit: (message, body) => call("PATCH", `/messages/${message.id}`, { body, version: message.version }),
  remove: (message) => call("DELETE", `/messages/${message.id}`),
  type: (conversation) => call("POST", `/rooms/${conversation.id}/typing`, {}),
  read: (conversation, number) => call("POST", `/rooms/${conversation.id}/read`, { number }),
  status: (conversation, status) => call("PATCH", `/conversations/${conversation.id}`, { status }),
  block: (contact, blocked) => call("PATCH", `/contacts/${contact.id}`, { blocked }),
  file: (conversation, name, type, bytes) => call("POST", `/files?name=${name}&room=${conversation.id}`, bytes, type),
};

/** The identity token a host's server would make. */
export function jwt(secret, claims) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${part({ alg: "HS256", typ: "JWT" })}.${part({ exp: Math.floor(Date.now() / 1000) + 600, ...claims })}`;
  return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
}

export function snippet(inbox, attributes = "") {
  return `<script src="${ORIGIN}/w.js" data-key="${inbox.key}" ${attributes} async></script>`;
}

export const STUB = "window.portico=window.portico||function(){(portico.q=portico.q||[]).push(arguments)};";

const LAUNCH = {
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  // Playwright turns the back/forward cache off; one check is about it.
  ignoreDefaultArgs: ["--disable-back-forward-cache"],
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
};

export const launch = () => chromium.launch(LAUNCH);

/** A page that records Portico requests, policy violations and script errors. */
export async function visit(browser, options = {}) {
  const { openShadow = false, ...rest } = options;
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...rest });
  const page = await context.newPage();
  const log = { requests: [], sockets: [], errors: [] };
  context.on("request", (request) => request.url().startsWith(ORIGIN) && log.requests.push(request.url()));
  page.on("websocket", (socket) => log.sockets.push(socket.url()));
  page.on("pageerror", (error) => log.errors.push(String(error)));
  page.on("console", (message) => {
    if (/Content Security Policy|TrustedHTML|TrustedScript/.test(message.text())) log.errors.push(message.text());
  });
  // Only so that the checks can look inside; the product's root stays closed.
  if (openShadow) {
    await context.addInitScript(() => {
      const attach = Element.prototype.attachShadow;
      Element.prototype.attachShadow = function (init) {
        return attach.call(this, { ...init, mode: "open" });
      };
    });
  }
  return { context, page, log };
}

/** The panel's frame, once it is there. */
export async function panel(page, inbox) {
  const matches = (frame) => frame.url() === `${ORIGIN}/widget/${inbox.key}`;
  return page.frames().find(matches) ?? page.waitForEvent("framenavigated", { predicate: matches });
}

/** Clicks where the launcher is; its root is closed, as for every other script of the page. */
export async function clickLauncher(page, start = false) {
  const { width, height } = page.viewportSize();
  await page.mouse.click(start ? 48 : width - 48, height - 48);
}

/** The launcher as a screen reader has it: found through the closed root by the browser's own tree. */
export async function launcher(page) {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  await session.detach();
  return nodes
    .filter((node) => node.role?.value === "button" && node.properties?.some((one) => one.name === "expanded"))
    .map((node) => ({ name: node.name.value, expanded: node.properties.find((one) => one.name === "expanded").value.value }));
}

export async function until(what, test, limit = 8000) {
  const end = Date.now() + limit;
  for (;;) {
    const value = await test();
    if (value) return value;
    if (Date.now() > end) throw new Error(`did not happen: ${what}`);
    await new Promise((next) => setTimeout(next, 50));
  }
}

/** Violations of WCAG 2.2 AA in a page or frame. */
export async function audit(frame) {
  // Not a script element: Trusted Types would (rightly) refuse it.
  await frame.evaluate(axe);
  const result = await frame.evaluate(() =>
    globalThis.axe.run(document, { iframes: false, runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }),
  );
  return result.violations.map((one) => `${one.id}: ${one.nodes.map((node) => `${node.target} ${node.any[0]?.message ?? ""}`).join(" | ")}`);
}
