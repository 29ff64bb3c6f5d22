import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Stream, type Frame } from "../src/panel/lib/stream";

class Socket {
  sent: Record<string, unknown>[] = [];
  closed = false;
  onopen?: () => void;
  onmessage?: (event: { data: string }) => void;
  onclose?: () => void;
  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }
  close(): void {
    this.closed = true;
  }
  say(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

let sockets: Socket[];
let urls: string[];
let events: Frame[];
let told: string[];
let stream: Stream;

beforeEach(() => {
  vi.useFakeTimers();
  sockets = [];
  urls = [];
  events = [];
  told = [];
  stream = new Stream(
    "wss://chat.example/widget/v1/k/stream",
    {
      token: () => "secret",
      event: (frame) => events.push(frame),
      ready: (gap) => told.push(gap ? "gap" : "ready"),
      down: () => told.push("down"),
      revoked: () => told.push("revoked"),
    },
    (url) => {
      urls.push(url);
      const socket = new Socket();
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
  );
});

afterEach(() => {
  stream.close();
  vi.useRealTimers();
});

function last(): Socket {
  const socket = sockets.at(-1);
  if (!socket) throw new Error("no socket");
  return socket;
}

function connect(resumed = true): void {
  last().onopen?.();
  last().say({ type: "ready", cursor: "c1", resumed });
}

describe("stream", () => {
  it("says hello with token and cursor in the first frame, not in the address", () => {
    stream.cursor = "c0";
    stream.open();
    last().onopen?.();
    expect(last().sent).toEqual([{ type: "hello", cursor: "c0", token: "secret" }]);
    expect(urls).toEqual(["wss://chat.example/widget/v1/k/stream"]);
  });

  it("comes back with the cursor of the last event", () => {
    stream.open();
    connect();
    last().say({ type: "message.posted", cursor: "c2", data: {} });
    last().onclose?.();
    expect(told).toEqual(["ready", "down"]);
    vi.advanceTimersByTime(500);
    last().onopen?.();
    expect(sockets).toHaveLength(2);
    expect(last().sent[0]).toMatchObject({ cursor: "c2" });
  });

  it("applies the event of a cursor once", () => {
    stream.open();
    connect();
    last().say({ type: "message.posted", cursor: "c2" });
    last().say({ type: "message.posted", cursor: "c2" });
    last().say({ type: "typing" });
    expect(events.map((frame) => frame.type)).toEqual(["message.posted", "typing"]);
  });

  it("tells of a gap when its cursor was not honoured, and only then", () => {
    stream.open();
    connect(false);
    expect(told).toEqual(["ready"]);
    last().onclose?.();
    vi.advanceTimersByTime(500);
    connect(false);
    expect(told.at(-1)).toBe("gap");
  });

  it("waits longer after each failure, up to half a minute", () => {
    stream.open();
    for (let i = 0; i < 12; i++) {
      last().onclose?.();
      vi.advanceTimersByTime(30_000);
    }
    expect(sockets).toHaveLength(13);
    last().onclose?.();
    vi.advanceTimersByTime(14_000);
    expect(sockets).toHaveLength(13);
  });

  it("finds out that a silent line is dead", () => {
    stream.open();
    connect();
    vi.advanceTimersByTime(25_000);
    expect(last().sent.at(-1)).toEqual({ type: "ping" });
    last().say({ type: "pong" });
    vi.advanceTimersByTime(34_000);
    expect(told).toEqual(["ready"]);
    vi.advanceTimersByTime(2_000);
    expect(told).toEqual(["ready", "down"]);
    vi.advanceTimersByTime(500);
    expect(sockets).toHaveLength(2);
  });

  it("fetches anew after resync, comes back after resume, stays away after revoked", () => {
    stream.open();
    connect();
    last().say({ type: "resync" });
    expect(told.at(-1)).toBe("gap");
    expect(stream.cursor).toBeNull();
    vi.advanceTimersByTime(500);
    connect();
    last().say({ type: "resume" });
    vi.advanceTimersByTime(500);
    expect(sockets).toHaveLength(3);
    connect();
    last().say({ type: "revoked" });
    vi.advanceTimersByTime(60_000);
    expect(told.at(-1)).toBe("revoked");
    expect(sockets).toHaveLength(3);
  });

  it("bears frames that are no JSON, and ignores a socket it has given up", () => {
    stream.open();
    connect();
    last().onmessage?.({ data: "{" });
    const old = last();
    stream.close();
    old.say({ type: "message.posted", cursor: "c9" });
    expect(events).toEqual([]);
    expect(old.closed).toBe(true);
  });
});
