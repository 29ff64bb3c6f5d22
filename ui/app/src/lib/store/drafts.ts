/**
 * Drafts: here at once, on the server a moment later, gone only when the message has been taken.
 * Text that has not reached the server is kept in localStorage, so that neither a reload nor an ended session eats it.
 */
import { ApiError, put } from '../api.ts';
import type { Id } from '../types.ts';
import { draftKey, type Data, type DraftEntry } from './data.svelte.ts';

const WAIT = 800;

export class Drafts {
  private timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(
    private readonly data: Data,
    private readonly save: (draft: { room_id: Id; thread_id: Id | null; body: string }) => Promise<unknown> = (draft) => put('/drafts', draft),
  ) {}

  private name(): string {
    return `portico.drafts.${this.data.myId}`;
  }

  /** Brings back what the server never got. Call before `data.load`, which then leaves it alone. */
  restore(member: Id): void {
    try {
      const entries = JSON.parse(localStorage.getItem(`portico.drafts.${member}`) ?? '[]') as DraftEntry[];
      for (const entry of entries) this.data.drafts.set(draftKey(entry.room_id, entry.thread_id), { ...entry, dirty: true });
    } catch {
      // Unreadable storage holds no draft.
    }
  }

  private keep(): void {
    const dirty = [...this.data.drafts.values()].filter((draft) => draft.dirty);
    try {
      if (dirty.length === 0) localStorage.removeItem(this.name());
      else localStorage.setItem(this.name(), JSON.stringify(dirty));
    } catch {
      // The server still gets it.
    }
  }

  body(room: Id, thread: Id | null): string {
    return this.data.drafts.get(draftKey(room, thread))?.body ?? '';
  }

  write(room_id: Id, thread_id: Id | null, body: string): void {
    const key = draftKey(room_id, thread_id);
    const old = this.data.drafts.get(key);
    if ((old?.body ?? '') === body) return;
    this.data.drafts.set(key, { room_id, thread_id, body, updated_at: Date.now(), dirty: true });
    this.keep();
    this.later(key, WAIT);
  }

  /** The text has become a message on its way: empty here, untouched on the server until `sent`. */
  hold(room_id: Id, thread_id: Id | null): void {
    const key = draftKey(room_id, thread_id);
    clearTimeout(this.timers.get(key));
    this.timers.delete(key);
    this.data.drafts.set(key, { room_id, thread_id, body: '', updated_at: Date.now(), dirty: true });
    this.keep();
  }

  /** The message has been taken: the server's draft may go, unless something new has been written. */
  sent(room_id: Id, thread_id: Id | null): void {
    const key = draftKey(room_id, thread_id);
    if (this.data.drafts.get(key)?.body === '') void this.push(key);
  }

  remove(room_id: Id, thread_id: Id | null): void {
    this.write(room_id, thread_id, '');
    void this.push(draftKey(room_id, thread_id));
  }

  /** Everything unsaved, now: on reconnect and when the page is hidden. */
  flush(): void {
    for (const [key, draft] of this.data.drafts) if (draft.dirty && draft.body !== '') void this.push(key);
  }

  private later(key: string, wait: number): void {
    clearTimeout(this.timers.get(key));
    this.timers.set(key, setTimeout(() => void this.push(key), wait));
  }

  private async push(key: string): Promise<void> {
    clearTimeout(this.timers.get(key));
    this.timers.delete(key);
    const draft = this.data.drafts.get(key);
    if (!draft?.dirty) return;
    this.data.expectEcho(key, draft.body);
    try {
      await this.save({ room_id: draft.room_id, thread_id: draft.thread_id, body: draft.body });
    } catch (error) {
      if (error instanceof ApiError && error.passing) this.later(key, 5_000);
      return;
    }
    if (this.data.drafts.get(key) !== draft) return; // written on in the meantime
    if (draft.body === '') this.data.drafts.delete(key);
    else this.data.drafts.set(key, { ...draft, dirty: false });
    this.keep();
  }
}
