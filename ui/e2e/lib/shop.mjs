/** A shop on an origin of its own that carries the widget under a strict policy, and a visitor's hands in it. */
import { createServer } from 'node:http';
import { until } from './wait.mjs';

/** Serves one page on 127.0.0.1: the origin differs from Portico's by its port. `page()` names what the widget needs. */
export async function openShop() {
  let page = null;
  const server = createServer((request, response) => {
    if (request.url === '/favicon.ico') return response.writeHead(204).end();
    if (!page || request.url !== '/') return response.writeHead(404).end();
    const { portico, key } = page;
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `default-src 'none'; img-src 'self'; script-src ${portico}; connect-src ${portico}; frame-src ${portico}; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'`,
    });
    response.end(`<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Moss desk lamp</title></head>
<body><h1>Moss desk lamp</h1><p>Ask us about it.</p><script src="${portico}/w.js" data-key="${key}" async></script></body></html>`);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    page: (portico, key) => (page = { portico, key }),
    close: () => new Promise((done) => {
      server.close(done);
      server.closeAllConnections();
    }),
  };
}

/** The launcher as assistive technology finds it: its shadow root is closed, for the host's scripts and for tests. */
async function launcher(page) {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  await session.detach();
  const node = nodes.find((one) => one.role?.value === 'button' && one.properties?.some((property) => property.name === 'expanded'));
  return node && { name: node.name.value, node: node.backendDOMNodeId };
}

/** Opens the widget as a visitor does and gives the panel's frame. */
export async function openWidget(page, portico) {
  await until('the launcher is there', () => launcher(page));
  const { width, height } = page.viewportSize();
  await page.mouse.click(width - 48, height - 48);
  const frame = await until('the panel comes', () => page.frames().find((one) => one.url().startsWith(`${portico}/widget/`)));
  await frame.locator('main').waitFor();
  return frame;
}

export async function visitorWrites(frame, text) {
  await frame.getByLabel('Write a message').fill(text);
  await frame.getByLabel('Write a message').press('Enter');
}

/** What stands in the panel, top to bottom. */
export async function visitorSees(frame) {
  return (await frame.locator('.item .bub').allInnerTexts()).map((text) => text.trim());
}
