/** The connection: hello, resume, once, back again. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { StreamEvent } from '../lib/events.ts';
import { backoff, Seen, Stream } from '../lib/stream.ts';

class Socket {
  static all: Socket[] = [];
  readyState = 1;
  sent: unknown[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  onerror: (() => void) | null = null;
  constructor() {
    Socket.all.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {
    this.readyState = 3;
  }
  tell(frame: unknown): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}
const last = (): Socket => Socket.all.at(-1) as Socket;

describe('stream', () => {
  let cursor: string | null;
  let events: StreamEvent[];
  let resyncs: number;
  let online: boolean[];
  let stream: Stream;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('location', { href: 'https://chat.example/team' });
    vi.stubGlobal('WebSocket', { OPEN: 1 });
    Socket.all = [];
    cursor = 'c1';
    events = [];
    resyncs = 0;
    online = [];
    stream = new Stream(
      {
        cursor: () => cursor,
        event: (event) => {
          events.push(event);
          cursor = event.cursor;
        },
        signal: () => {},
        resync: () => (resyncs += 1),
        revoked: () => {},
        online: (now) => online.push(now),
      },
      () => new Socket() as unknown as WebSocket,
    );
    stream.start();
    last().onopen?.();
  });
  afterEach(() => {
    stream.stop();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('says hello with the cursor and applies each event once', () => {
    expect(last().sent).toEqual([{ type: 'hello', cursor: 'c1' }]);
    last().tell({ type: 'ready', cursor: 'c1', resumed: true });
    last().tell({ cursor: 'c2', type: 'saved.changed', room: null, data: { message_id: 'm', saved: true } });
    last().tell({ cursor: 'c2', type: 'saved.changed', room: null, data: { message_id: 'm', saved: true } });
    last().onmessage?.({ data: 'not json' });
    expect(events).toHaveLength(1);
    expect(online).toEqual([true]);
  });
  it('comes back with the newest cursor', () => {
    last().tell({ type: 'ready', cursor: 'c1', resumed: true });
    last().tell({ cursor: 'c2', type: 'saved.changed', room: null, data: { message_id: 'm', saved: true } });
    last().onclose?.();
    expect(online).toEqual([true, false]);
    vi.advanceTimersByTime(1_000);
    expect(Socket.all).toHaveLength(2);
    last().onopen?.();
    expect(last().sent).toEqual([{ type: 'hello', cursor: 'c2' }]);
  });
  it('asks for everything anew when the server has forgotten', () => {
    last().tell({ type: 'ready', cursor: 'c9', resumed: false });
    expect(resyncs).toBe(1);
    expect(online).toEqual([]);
  });
  it('pings in silence and gives up on a dead line', () => {
    last().tell({ type: 'ready', cursor: 'c1', resumed: true });
    vi.advanceTimersByTime(30_000);
    expect(last().sent.at(-1)).toEqual({ type: 'ping' });
    vi.advanceTimersByTime(16_000);
    expect(online.at(-1)).toBe(false);
  });
  it('stays away after revoked', () => {
    last().tell({ type: 'revoked' });
    vi.advanceTimersByTime(60_000);
    expect(Socket.all).toHaveLength(1);
  });
});

describe('pieces', () => {
  it('waits longer each time, never more than 30 s', () => {
    expect(backoff(0, () => 0)).toBe(250);
    expect(backoff(3, () => 1)).toBe(4000);
    expect(backoff(20, () => 1)).toBe(30_000);
  });
  it('forgets old cursors only beyond its limit', () => {
    const seen = new Seen(2);
    expect([seen.fresh('a'), seen.fresh('a'), seen.fresh('b'), seen.fresh('c'), seen.fresh('a')]).toEqual([true, false, true, true, true]);
  });
});
