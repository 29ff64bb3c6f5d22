/**
 * The loader's half of the handshake: whose window message is believed. Pure, so that it can be tested alone.
 * The panel makes the channel; a port that came from the right window *and* the right origin is the only way to it.
 */

/** The port of a genuine hello, or null for everything else that flies about in a host page. */
export function accept(event: MessageEvent, origin: string, frame: Window | null, key: string): MessagePort | null {
  const data = event.data as { portico?: unknown; key?: unknown } | null | undefined;
  return frame && event.source === frame && event.origin === origin && data?.portico === "hello" && data.key === key
    ? (event.ports[0] ?? null)
    : null;
}
