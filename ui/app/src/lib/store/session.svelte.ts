/**
 * The life of a session: boot, stream, loss and return of the connection, sign out.
 * Ties the store, the stream, the outbox and the drafts together; screens read `status` and `offline`.
 */
import { ApiError, del, get, setCsrf, whenSignedOut } from '../api.ts';
import { Stream } from '../stream.ts';
import type { StreamEvent } from '../events.ts';
import type { Boot, Id } from '../types.ts';
import { apply, applySignal, sweepTyping } from './apply.ts';
import { Around } from './around.ts';
import type { Data, Stale } from './data.svelte.ts';
import type { Drafts } from './drafts.ts';
import type { Outbox } from './outbox.ts';
import { claimTab, livingTabs } from './tab.ts';

/** Says that this browser was signed in when we last knew. */
const SIGNED_IN = 'portico:signed-in';

export type Status = 'starting' | 'setup' | 'signed-out' | 'ready' | 'error';
/** The banner waits this long, so that a short hiccup stays unseen. */
export const OFFLINE_AFTER = 2_000;

export class SessionLife {
  status = $state<Status>('starting');
  error = $state.raw<ApiError | null>(null);
  /** True when the connection has been gone for more than two seconds. */
  offline = $state(false);
  connected = $state(false);
  private stream: Stream;
  private around: Around;
  private offlineTimer: ReturnType<typeof setTimeout> | undefined;
  private staleTimers = new Map<Stale, ReturnType<typeof setTimeout>>();
  private active = true;
  private viewed: Id | null = null;
  /** Fetches again what events have changed without telling how; says whether it went through. Set by index.ts. */
  refresh: (what: Stale) => Promise<boolean> = () => Promise.resolve(true);
  /** What could not be fetched; asked for again when the connection is back. */
  private missed = new Set<Stale>();
  /** Told after each event has been applied (notifications, live region). */
  listeners = new Set<(event: StreamEvent) => void>();

  constructor(
    private readonly data: Data,
    private readonly outbox: Outbox,
    private readonly drafts: Drafts,
  ) {
    data.onStale = (what) => {
      if (what !== 'me') return this.staleSoon(what);
      this.stream.stop();
      void this.boot();
    };
    this.around = new Around(data);
    this.stream = new Stream({
      cursor: () => this.data.cursor,
      event: (event) => this.event(event),
      signal: (signal) => {
        this.around.signal(signal);
        applySignal(this.data, signal, Date.now());
      },
      resync: () => void this.boot(),
      revoked: () => this.leave(),
      online: (online) => {
        this.setOnline(online);
        if (online) void this.around.fetch();
      },
    });
    whenSignedOut(() => this.leave());
  }

  /** First call of the page: a session, or the way to one. */
  async start(): Promise<void> {
    await claimTab();
    addEventListener('online', () => this.stream.nudge());
    addEventListener('visibilitychange', () => {
      this.tellActive();
      if (document.visibilityState === 'hidden') this.drafts.flush();
      else this.stream.nudge();
    });
    setInterval(() => sweepTyping(this.data, Date.now()), 1_000);
    // Where no session is likely, ask first: a refusal would stand in the console as an error.
    if (localStorage.getItem(SIGNED_IN) === null) await this.arrive();
    else await this.boot();
  }

  private async arrive(): Promise<void> {
    try {
      const here = await get<{ needed: boolean; signed_in: boolean }>('/setup');
      if (here.signed_in) await this.boot();
      else this.status = here.needed ? 'setup' : 'signed-out';
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.error = error;
      this.status = 'error';
    }
  }

  async boot(): Promise<void> {
    this.error = null;
    try {
      const boot = await get<Boot>('/boot');
      setCsrf(boot.me.csrf);
      this.drafts.restore(boot.me.member.id);
      this.data.load(boot);
      this.status = 'ready';
      localStorage.setItem(SIGNED_IN, '1');
      this.stream.start();
      this.outbox.restore(await livingTabs());
      this.drafts.flush();
      for (const what of ['inbox', 'threads', 'saved', 'security'] as const) this.fetch(what);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 401) await this.signedOut();
      else if (this.status === 'ready') setTimeout(() => void this.boot(), 3_000);
      else {
        this.error = error;
        this.status = 'error';
      }
    }
  }

  private async signedOut(): Promise<void> {
    localStorage.removeItem(SIGNED_IN);
    try {
      this.status = (await get<{ needed: boolean }>('/setup')).needed ? 'setup' : 'signed-out';
    } catch {
      this.status = 'signed-out';
    }
  }

  /** The session is over; what was written stays in this browser for the next sign-in. */
  private leave(): void {
    if (this.status !== 'ready') return;
    this.stream.stop();
    setCsrf('');
    localStorage.removeItem(SIGNED_IN);
    this.status = 'signed-out';
    this.setOnline(true);
  }

  async signOut(): Promise<void> {
    try {
      await del('/sessions/current');
    } finally {
      this.leave();
    }
  }

  retry(): void {
    if (this.status === 'error') {
      this.status = 'starting';
      void this.boot();
    } else this.stream.nudge();
  }

  private event(event: StreamEvent): void {
    const waiting = this.data.outbox;
    apply(this.data, event);
    if (this.data.outbox !== waiting) this.outbox.save();
    if (event.type === 'session.ended' && event.data.session_id === this.data.me?.session_id) this.leave();
    for (const listener of this.listeners) listener(event);
  }

  private setOnline(online: boolean): void {
    this.connected = online;
    if (online) {
      clearTimeout(this.offlineTimer);
      this.offlineTimer = undefined;
      this.offline = false;
      if (this.status !== 'ready') return;
      this.outbox.flush();
      this.drafts.flush();
      for (const what of this.missed) this.fetch(what);
      this.tellActive(true);
      if (this.viewed) this.stream.send({ type: 'viewing', room: this.viewed });
    } else {
      this.offlineTimer ??= setTimeout(() => (this.offline = true), OFFLINE_AFTER); // from the first loss on, not from each try
    }
  }

  private tellActive(again = false): void {
    const active = document.visibilityState === 'visible';
    if (active === this.active && !again) return;
    this.active = active;
    this.stream.send({ type: 'active', active });
  }

  /** Tells who looks at what; colleagues on the same matter see it. */
  view(room: Id | null): void {
    if (room === this.viewed) return;
    this.viewed = room;
    this.stream.send({ type: 'viewing', room });
  }

  private lastTyped = 0;
  /** At most one signal in three seconds. */
  typing(room: Id, thread_id: Id | null): void {
    const now = Date.now();
    if (now - this.lastTyped < 3_000) return;
    this.lastTyped = now;
    this.stream.send({ type: 'typing', room, thread_id });
  }

  private staleSoon(what: Stale): void {
    clearTimeout(this.staleTimers.get(what));
    this.staleTimers.set(what, setTimeout(() => this.fetch(what), 400));
  }

  private fetch(what: Stale): void {
    this.missed.delete(what);
    void this.refresh(what).then((done) => done || this.missed.add(what));
  }
}
