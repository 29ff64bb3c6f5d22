/**
 * One person with the app's own store, stream and lists, as `SessionLife` wires them, but without a browser. Many live in one
 * process: what is asked inside `as` carries that person's token.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { ApiError, call, get } from '../src/lib/api.ts';
import { apply, applySignal } from '../src/lib/store/apply.ts';
import { Around } from '../src/lib/store/around.ts';
import { createActions, type Actions } from '../src/lib/store/actions.ts';
import { Data, type Stale } from '../src/lib/store/data.svelte.ts';
import { Lists } from '../src/lib/store/lists.svelte.ts';
import { Reports } from '../src/lib/store/reports.svelte.ts';
import { Stream } from '../src/lib/stream.ts';
import { Feed } from '../src/desks/customers/feed.svelte.ts';
import type { StreamEvent } from '../src/lib/events.ts';
import type { Boot, Id, Page } from '../src/lib/types.ts';

const asking = new AsyncLocalStorage<string>();
const realFetch = globalThis.fetch;
let origin = '';

/** Where the server is. The app asks for paths alone, as in a page. */
export function browse(url: string): void {
  origin = url;
  Object.assign(globalThis, { location: { href: `${url}/`, origin: url } });
  globalThis.fetch = (path, init) => {
    const headers = new Headers(init?.headers);
    const token = asking.getStore();
    if (token) headers.set('Authorization', `Bearer ${token}`);
    return realFetch(new URL(String(path), origin), { ...init, headers, keepalive: false });
  };
}

/** Calls with a token, or as nobody. */
export function as<T>(token: string, what: () => Promise<T>): Promise<T> {
  return asking.run(token, what);
}

/** Every page of a list. */
export async function every<T>(path: string, query: Record<string, string> = {}): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<T> = await get<Page<T>>(path, { ...query, limit: 200, cursor });
    items.push(...page.items);
    cursor = page.next;
  } while (cursor);
  return items;
}

/** How long an event may take to come before the test gives up on it. */
const PATIENCE = 15_000;

export class Person {
  readonly data = new Data();
  readonly actions: Actions = createActions(this.data);
  readonly lists = new Lists(this.data);
  readonly reports = new Reports(this.data);
  /** All conversations, and those that are open and mine. */
  readonly feeds = [
    new Feed(this.data, { status: 'all', assignee: 'any', inbox: null }),
    new Feed(this.data, { status: 'open', assignee: 'me', inbox: null }),
  ];
  /** What events have marked, to be fetched again. */
  readonly stale = new Set<Stale>();
  readonly last: string[] = [];
  online = false;
  /** What could not be fetched while the server was away. */
  private readonly missed = new Set<Stale>();
  revoked = false;
  private readonly stream: Stream;
  private readonly around = new Around(this.data);
  private socket: WebSocket | undefined;
  private waiting = new Set<() => void>();
  private failed: unknown;
  private unbooted = false;
  private busy = new Set<Promise<void>>();

  constructor(
    readonly name: string,
    readonly id: Id,
    readonly token: string,
  ) {
    this.data.onStale = (what) => {
      this.note(`stale ${what}`);
      if (what === 'me') this.later(() => this.boot());
      else this.stale.add(what);
    };
    this.stream = new Stream(
      {
        cursor: () => this.data.cursor,
        event: (event) => this.event(event),
        signal: (signal) => {
          this.around.signal(signal);
          applySignal(this.data, signal, Date.now());
        },
        resync: () => {
          this.note('resync');
          this.later(() => this.boot());
        },
        revoked: () => {
          this.note('revoked');
          this.revoked = true;
          this.told();
        },
        online: (online) => {
          this.note(online ? 'online' : 'offline');
          this.online = online;
          if (online) for (const what of this.missed) this.fetch(what);
          if (online) this.later(() => this.around.fetch());
          this.told();
        },
      },
      (url) => {
        // Node's own constructor takes headers; a browser would send the cookie.
        const Socket = WebSocket as unknown as new (url: string, options: { headers: Record<string, string> }) => WebSocket;
        return (this.socket = new Socket(url, { headers: { Authorization: `Bearer ${token}` } }));
      },
    );
  }

  as<T>(what: () => Promise<T>): Promise<T> {
    return as(this.token, what);
  }
  call<T>(method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T> {
    return this.as(() => call<T>(method, path, body === undefined ? {} : { body }));
  }

  private note(text: string): void {
    this.last.push(text);
    if (this.last.length > 100) this.last.shift();
  }

  private event(event: StreamEvent): void {
    this.note(`${this.data.clock + 1} ${event.type} ${event.room ?? ''} ${JSON.stringify(event.data).slice(0, 400)}`);
    try {
      apply(this.data, event);
    } catch (error) {
      this.failed = error;
    }
    this.told();
  }

  private told(): void {
    for (const look of this.waiting) look();
  }

  /** Something of the app's own that goes on beside; `settled` waits for it. */
  later(what: () => Promise<void>): void {
    const done = this.as(what)
      .catch((error: unknown) => {
        this.note(`failed: ${String(error)}`);
        if (!(error instanceof ApiError) || error.code === 'internal') this.failed = error;
        else if (error.passing) this.unbooted = true; // nothing but a boot fails aloud
        else if (error.passing) this.unbooted = true; // only a boot fails aloud
      })
      .finally(() => {
        this.busy.delete(done);
        this.told();
      });
    this.busy.add(done);
  }

  /** Waits for events until something is so. */
  until(what: string, so: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => done(new Error(`${this.name} waited in vain for ${what}; at ${this.data.cursor}; last:\n${this.last.join('\n')}`)), PATIENCE);
      const done = (error?: unknown): void => {
        clearTimeout(timer);
        this.waiting.delete(look);
        if (error) reject(error as Error);
        else resolve();
      };
      const look = (): void => {
        if (this.failed) done(this.failed);
        else if (so()) done();
      };
      this.waiting.add(look);
      look();
    });
  }

  settled(): Promise<void> {
    return this.until('its own fetches', () => this.busy.size === 0);
  }

  /** What `SessionLife.boot` does, and the lists its desks fetch. */
  async boot(): Promise<void> {
    this.stream.stop();
    this.online = false;
    const boot = await this.as(() => get<Boot>('/boot'));
    this.data.load(boot);
    this.note(`booted at ${boot.cursor}`);
    this.stream.start();
    for (const what of ['threads', 'saved', 'customers', 'inbox', 'security'] as const) this.fetch(what);
  }

  /** Fetches again what is stale, as the app does a moment after the events. */
  refresh(only?: Stale[]): void {
    for (const what of [...this.stale]) {
      if (only && !only.includes(what)) continue;
      this.stale.delete(what);
      this.fetch(what);
    }
  }

  private fetch(what: Stale): void {
    this.missed.delete(what);
    this.later(async () => {
      const done = what === 'security' || what === 'programs' ? await this.reports.refresh(what) : await this.lists.refresh(what);
      if (!done) this.missed.add(what);
    });
  }

  /** What an open list of conversations does: whatever is not there is asked for. */
  async list(): Promise<void> {
    for (const feed of this.feeds) if (this.data.me?.desks.customers && !feed.loaded) await this.as(() => feed.refresh());
  }

  /** Loses the connection: what is on its way is lost, the stream is told as a browser would tell it. */
  cut(): void {
    const socket = this.socket;
    const close = socket?.onclose;
    if (!socket || !close) return;
    socket.onmessage = null;
    this.note('cut');
    close.call(socket, new Event('close') as CloseEvent);
    this.stream.nudge();
  }
  /** Tries again at once instead of after the pause. */
  nudge(): void {
    if (this.unbooted) this.later(() => this.boot());
    else this.stream.nudge();
    this.unbooted = false;
  }
  stop(): void {
    this.stream.stop();
  }
}
