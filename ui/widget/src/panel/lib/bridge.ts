/**
 * The panel's half of the handshake with the loader. It makes the channel and gives one end to the embedding page,
 * addressed to that page's exact origin; everything secret comes back over the port.
 */
import type { Hello, ToHost, ToPanel } from "../../shared/protocol";

/** What the handshake needs of a window; tests bring their own. */
export interface Frame {
  name: string;
  location: { ancestorOrigins?: ArrayLike<string> };
  parent: { postMessage(message: unknown, target: string, transfer: Transferable[]): void };
}

/**
 * The embedding page's origin: from the browser where it tells, else from the frame's name, which the loader sets.
 * A false name only makes the message undeliverable. `file:` pages have the opaque origin "null", which cannot be
 * addressed; the hello holds nothing, so it may go to them openly.
 */
export function hostOrigin(frame: Frame): string | null {
  const told = frame.location.ancestorOrigins?.[0] ?? frame.name;
  if (told === "null") return "*";
  try {
    return new URL(told).origin === told ? told : null;
  } catch {
    return null;
  }
}

export interface Bridge {
  send(message: ToHost): void;
}

/** Connects to the loader, or returns null when there is no addressable host. */
export function connect(frame: Frame, key: string, heard: (message: ToPanel) => void): Bridge | null {
  const target = hostOrigin(frame);
  if (!target) return null;
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = (event: MessageEvent<ToPanel>) => heard(event.data);
  frame.parent.postMessage({ portico: "hello", key } satisfies Hello, target, [port2]);
  return { send: (message) => port1.postMessage(message) };
}
