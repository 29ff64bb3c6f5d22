import { afterEach, describe, expect, it } from "vitest";
import { accept } from "../src/loader/handshake";
import { connect, hostOrigin, type Frame } from "../src/panel/lib/bridge";
import type { ToHost, ToPanel } from "../src/shared/protocol";

const ORIGIN = "https://chat.example";
const panel = { name: "panel" } as unknown as Window;
const open: MessagePort[] = [];

afterEach(() => {
  for (const port of open.splice(0)) port.close();
});

function hello(more: Partial<MessageEvent> = {}): MessageEvent {
  const { port1, port2 } = new MessageChannel();
  open.push(port1, port2);
  return { data: { portico: "hello", key: "k" }, origin: ORIGIN, source: panel, ports: [port2], ...more } as MessageEvent;
}

describe("the loader", () => {
  it("takes the port of the panel's hello", () => {
    const event = hello();
    expect(accept(event, ORIGIN, panel, "k")).toBe(event.ports[0]);
  });

  it.each<[string, Partial<MessageEvent>]>([
    ["another origin", { origin: "https://evil.example" }],
    ["an origin that only begins like it", { origin: "https://chat.example.evil.example" }],
    ["another window of the right origin", { source: {} as Window }],
    ["no source", { source: null }],
    ["another key", { data: { portico: "hello", key: "other" } }],
    ["another message", { data: { portico: "token" } }],
    ["a string", { data: "hello" }],
    ["nothing", { data: null }],
    ["no port", { ports: [] }],
  ])("ignores %s", (_, more) => {
    expect(accept(hello(more), ORIGIN, panel, "k")).toBeNull();
  });

  it("ignores everyone while it has no frame, even windowless messages", () => {
    expect(accept(hello({ source: null }), ORIGIN, null, "k")).toBeNull();
  });
});

describe("the panel", () => {
  const frame = (name: string, ancestors?: string[]): Frame => ({
    name,
    location: ancestors ? { ancestorOrigins: ancestors } : {},
    parent: { postMessage: () => undefined },
  });

  it("speaks to the origin the browser names, else to the one the loader named", () => {
    expect(hostOrigin(frame("https://lie.example", ["https://shop.example"]))).toBe("https://shop.example");
    expect(hostOrigin(frame("https://shop.example"))).toBe("https://shop.example");
    expect(hostOrigin(frame("", ["null"]))).toBe("*");
  });

  it.each(["", "*", "shop", "https://shop.example/path", "javascript:1"])("does not speak to %j", (name) => {
    expect(hostOrigin(frame(name))).toBeNull();
    expect(connect(frame(name), "k", () => undefined)).toBeNull();
  });

  it("sends one hello without secrets, then everything goes over the port", async () => {
    const posted: { message: unknown; target: string; port: MessagePort }[] = [];
    const host: Frame = {
      name: "https://shop.example",
      location: {},
      parent: { postMessage: (message, target, transfer) => posted.push({ message, target, port: transfer[0] as MessagePort }) },
    };
    let bridge: ReturnType<typeof connect> = null;
    const heard = new Promise<ToPanel>((resolve) => (bridge = connect(host, "k", resolve)));
    expect(posted).toHaveLength(1);
    const { message, target, port } = posted[0] as (typeof posted)[0];
    open.push(port);
    expect(message).toEqual({ portico: "hello", key: "k" });
    expect(target).toBe("https://shop.example");
    const told = new Promise<ToHost>((resolve) => (port.onmessage = (event: MessageEvent<ToHost>) => resolve(event.data)));
    (bridge as ReturnType<typeof connect>)?.send({ t: "unread", count: 2 });
    port.postMessage({ t: "open" });
    expect(await told).toEqual({ t: "unread", count: 2 });
    expect(await heard).toEqual({ t: "open" });
  });
});
