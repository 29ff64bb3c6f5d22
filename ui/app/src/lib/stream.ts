/**
 * The live stream: one WebSocket that says hello with the last cursor, hands on each event once, and comes back by itself.
 * Owns the connection and nothing else; the store is given the events.
 */
import { BASE } from './api.ts';
import type { Signal, StreamEvent } from './events.ts';

export interface StreamHooks {
  /** The cursor to resume from; null for "from now". */
  cursor(): string | null;
  event(event: StreamEvent): void;
  signal(signal: Signal): void;
  /** The cursor is too old or the server forgot: fetch everything anew, then `start` again. */
  resync(): void;
  /** The session ended. */
  revoked(): void;
  /** `true` after `ready`, `false` when the connection is lost. */
  online(online: boolean): void;
}

/** Milliseconds until try number `attempt` (0, 1, 2…): doubling from 0.5 s to 30 s, spread over half to all of it. */
export function backoff(attempt: number, random: () => number = Math.random): number {
  const cap = Math.min(30_000, 500 * 2 ** attempt);
  return cap / 2 + (cap / 2) * random();
}

/** Remembers the last cursors, so that an event told twice is applied once. */
export class Seen {
  private readonly set = new Set<string>();
  constructor(private readonly limit = 4096) {}
  /** True the first time. */
  fresh(cursor: string): boolean {
    if (this.set.has(cursor)) return false;
    this.set.add(cursor);
    if (this.set.size > this.limit) {
      const oldest = this.set.values().next().value;
      if (oldest !== undefined) this.set.delete(oldest);
    }
    return true;
  }
}

const PING_EVERY = 25_000;
const SILENCE_LIMIT = 40_000;

export class Stream {
  private socket: WebSocket | null = null;
  private seen = new Seen();
  private attempt = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private watchdog: ReturnType<typeof setInterval> | undefined;
  private heardAt = 0;
  private stopped = true;

  constructor(
    private readonly hooks: StreamHooks,
    private readonly open: (url: string) => WebSocket = (url) => new WebSocket(url),
  ) {}

  start(): void {
    this.stopped = false;
    this.attempt = 0;
    this.connect();
  }

  stop(): void {
    this.stopped = true;
    this.drop();
  }

  /** Tries at once (the network is back, the user pressed Retry). */
  nudge(): void {
    if (this.stopped || this.socket?.readyState === WebSocket.OPEN) return;
    this.drop();
    this.connect();
  }

  send(frame: Record<string, unknown>): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  private drop(): void {
    clearTimeout(this.retry);
    clearInterval(this.watchdog);
    const socket = this.socket;
    this.socket = null;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null;
      socket.close();
    }
  }

  private connect(): void {
    const url = new URL(`${BASE}/stream`, location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = this.open(url.href);
    this.socket = socket;
    this.heardAt = Date.now();
    const told = this.hooks.cursor();
    socket.onopen = () => socket.send(JSON.stringify({ type: 'hello', cursor: told }));
    socket.onmessage = (message: MessageEvent<string>) => {
      this.heardAt = Date.now();
      this.frame(message.data, told);
    };
    socket.onclose = () => this.again();
    socket.onerror = () => {};
    clearInterval(this.watchdog);
    let pinged = Date.now();
    this.watchdog = setInterval(() => {
      const now = Date.now();
      if (now - this.heardAt > SILENCE_LIMIT) this.again();
      else if (now - this.heardAt > PING_EVERY && now - pinged > PING_EVERY / 2) {
        pinged = now;
        this.send({ type: 'ping' });
      }
    }, 5_000);
  }

  private again(wait?: number): void {
    this.drop();
    this.hooks.online(false);
    if (this.stopped) return;
    this.retry = setTimeout(() => this.connect(), wait ?? backoff(this.attempt));
    this.attempt += 1;
  }

  private frame(text: string, told: string | null): void {
    let frame: { type?: string; cursor?: string; resumed?: boolean };
    try {
      frame = JSON.parse(text) as typeof frame;
    } catch {
      return;
    }
    switch (frame.type) {
      case 'ready':
        this.attempt = 0;
        if (told !== null && frame.resumed === false) {
          this.stop();
          this.hooks.resync();
        } else this.hooks.online(true);
        return;
      case 'pong':
        return;
      case 'resume':
        this.again(200 + Math.random() * 800);
        return;
      case 'resync':
        this.stop();
        this.hooks.resync();
        return;
      case 'revoked':
        this.stop();
        this.hooks.revoked();
        return;
      case 'typing':
      case 'presence':
      case 'viewing':
        this.hooks.signal(frame as unknown as Signal);
        return;
      default:
        if (typeof frame.cursor === 'string' && typeof frame.type === 'string' && this.seen.fresh(frame.cursor)) {
          this.hooks.event(frame as unknown as StreamEvent);
        }
    }
  }
}
