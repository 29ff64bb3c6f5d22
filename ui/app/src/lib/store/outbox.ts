/**
 * Messages on their way. Sends them one after another per room with one Idempotency-Key each, keeps them over reloads
 * and lost connections, and lets the store show them until the event or the answer brings the message itself.
 */
import { ApiError, newKey, post } from '../api.ts';
import type { FileInfo, Id, Message, Ring } from '../types.ts';
import { backoff } from '../stream.ts';
import type { Data, Pending } from './data.svelte.ts';

export interface Outgoing { room_id: Id; thread_id: Id | null; body: string; ring?: Ring | null; files?: FileInfo[] }
export interface Kept { read(): Pending[]; write(own: Pending[]): void }
export type Sender = (pending: Pending) => Promise<Message>;

/** The call itself, with the same key at every try. */
export const sendByApi: Sender = (pending) => {
  const body: Record<string, unknown> = { body: pending.body };
  if (pending.ring) body.ring = pending.ring;
  if (pending.thread_id) body.thread_id = pending.thread_id;
  if (pending.files.length > 0) body.file_ids = pending.files.map((file) => file.id);
  if (pending.confirm) body.confirm = true;
  return post<Message>(`/rooms/${pending.room_id}/messages`, body, { key: pending.key });
};

export class Outbox {
  private running = new Set<Id>();
  /** Rooms asked to be flushed while a try was ending; they get another one at once. */
  private again = new Set<Id>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private attempt = 0;

  constructor(
    private readonly data: Data,
    private readonly tab: () => string,
    private readonly kept: Kept,
    private readonly send: Sender = sendByApi,
    /** Told when a message has been taken, or given up. */
    private readonly gone: (pending: Pending) => void = () => {},
  ) {}

  /** Takes over what this tab (or a tab that is gone) had not sent. */
  restore(living: Set<string>): void {
    const known = new Set(this.data.outbox.map((pending) => pending.key));
    const own = this.kept.read().filter((pending) => !known.has(pending.key) && (pending.tab === this.tab() || !living.has(pending.tab)));
    this.data.outbox = [...this.data.outbox, ...own.map((pending) => ({ ...pending, tab: this.tab() }))];
    this.save();
    this.flush();
  }

  enqueue(outgoing: Outgoing): string {
    const pending: Pending = {
      key: newKey(), room_id: outgoing.room_id, thread_id: outgoing.thread_id, body: outgoing.body, ring: outgoing.ring ?? null,
      files: outgoing.files ?? [], confirm: false, created_at: Date.now(), state: 'waiting', error: null, tab: this.tab(),
    };
    this.data.outbox = [...this.data.outbox, pending];
    this.save();
    void this.run(pending.room_id);
    return pending.key;
  }

  /** Once more, with the same key: if the first try did arrive, the server answers what it answered then. */
  retry(key: string): void {
    this.set(key, { state: 'waiting', error: null });
    this.flush();
  }

  /** The person has agreed to tell many. The body differs from the first try, so the key must too. */
  confirm(key: string): void {
    this.set(key, { state: 'waiting', confirm: true, key: newKey() });
    this.flush();
  }

  /** Given up by the person: with it goes the draft it was made of. */
  discard(key: string): void {
    const pending = this.data.outbox.find((entry) => entry.key === key);
    this.remove(key);
    if (pending) this.gone(pending);
  }

  remove(key: string): void {
    this.data.outbox = this.data.outbox.filter((pending) => pending.key !== key);
    this.save();
  }

  /** Sends whatever waits (the connection is back). */
  flush(): void {
    clearTimeout(this.timer);
    for (const room of new Set(this.data.outbox.map((pending) => pending.room_id))) {
      if (this.running.has(room)) this.again.add(room);
      else void this.run(room);
    }
  }

  private set(key: string, change: Partial<Pending>): void {
    this.data.outbox = this.data.outbox.map((pending) => (pending.key === key ? { ...pending, ...change } : pending));
    this.save();
  }

  /** Writes this tab's part; called by the session too, when an event has taken a message out. */
  save(): void {
    this.kept.write(this.data.outbox);
  }

  private async run(room: Id): Promise<void> {
    if (this.running.has(room)) return;
    this.running.add(room);
    try {
      for (;;) {
        const next = this.data.outbox.find((pending) => pending.room_id === room && pending.state === 'waiting');
        if (!next) return;
        if (!(await this.deliver(next))) return;
      }
    } finally {
      this.running.delete(room);
      if (this.again.delete(room)) void this.run(room);
    }
  }

  /** False when the queue has to wait. */
  private async deliver(pending: Pending): Promise<boolean> {
    const since = this.data.clock;
    try {
      const message = await this.send(pending);
      this.attempt = 0;
      this.data.put(message, since);
      if (message.thread_id === null) this.data.openWindow(message.room_id)?.post(message);
      else this.data.openThread(message.thread_id)?.post(message);
      this.remove(pending.key);
      this.gone(pending);
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.code === 'confirm_needed') {
        this.set(pending.key, { state: 'confirm', error: error.message });
        return true;
      }
      if (error.passing || error.code === 'unauthenticated' || error.code === 'csrf') {
        const wait = error.retryAfter > 0 ? error.retryAfter * 1000 : backoff(this.attempt);
        this.attempt += 1;
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.flush(), wait);
        return false;
      }
      this.set(pending.key, { state: 'failed', error: error.message });
      return true;
    }
  }
}

/** Kept in localStorage under the member's id; other tabs' messages are left as they are. */
export function keptLocally(member: () => Id, tab: () => string): Kept {
  const name = (): string => `portico.outbox.${member()}`;
  const read = (): Pending[] => {
    try {
      const value: unknown = JSON.parse(localStorage.getItem(name()) ?? '[]');
      return Array.isArray(value) ? (value as Pending[]) : [];
    } catch {
      return [];
    }
  };
  return {
    read,
    write(own) {
      const keys = new Set(own.map((pending) => pending.key));
      const all = [...read().filter((pending) => pending.tab !== tab() && !keys.has(pending.key)), ...own];
      try {
        if (all.length === 0) localStorage.removeItem(name());
        else localStorage.setItem(name(), JSON.stringify(all));
      } catch {
        // A full storage loses only what a reload would have kept.
      }
    },
  };
}
