/**
 * Messages on their way: written to a shelf (IndexedDB) first, sent one after the other in the order of writing,
 * each under its own idempotency key, so that a repeated attempt never doubles one.
 */
import type { FileInfo, Message } from "../../shared/wire";
import { Trouble } from "./client";
import { key } from "./random";

/** Unsent messages of visitors who never came back are let go after three days. */
export const KEEP = 3 * 24 * 3_600_000;

export interface Entry {
  /** Idempotency key, and the message's `client_key` once it is sent. */
  key: string;
  /** Whose it is on this host. */
  sid: string;
  /** The identified visitor it was written as; null when nobody had proved who they are. */
  visitor: string | null;
  body: string;
  files: FileInfo[];
  /** Milliseconds; strictly growing, so it is the order too. */
  at: number;
  /** The error code that ended it, or null while it still has a chance. */
  failed: string | null;
}

/** Where entries survive a reload. All methods may fail; then the queue lives in memory only. */
export interface Shelf {
  all(): Promise<Entry[]>;
  put(entry: Entry): Promise<void>;
  remove(key: string): Promise<void>;
}

export interface Hooks {
  /** Sends one entry and answers the message it became. Throws `Trouble`. */
  send(entry: Entry): Promise<Message>;
  changed(entries: Entry[]): void;
  sent(message: Message): void;
  /** A passing trouble: call `flush` again later. */
  later(trouble: Trouble): void;
  refused(trouble: Trouble): void;
}

export class Outbox {
  #entries: Entry[] = [];
  #sid = "";
  #visitor: string | null = null;
  #busy = false;
  #again = false;
  #now: () => number;

  constructor(
    private shelf: Shelf,
    private hooks: Hooks,
    now: () => number = Date.now,
  ) {
    this.#now = now;
  }

  get size(): number {
    return this.#entries.length;
  }

  /** Entries that still wait for their turn. */
  get waiting(): boolean {
    return this.#entries.some((entry) => !entry.failed);
  }

  /** Takes up what this visitor left behind on an earlier page. */
  async restore(sid: string): Promise<void> {
    if (this.#sid && this.#sid !== sid) await Promise.all(this.#entries.map((entry) => this.#put({ ...entry, sid })));
    this.#sid = sid;
    const kept = await this.shelf.all().catch(() => []);
    for (const entry of kept) {
      if (entry.at < this.#now() - KEEP) await this.#forget(entry.key);
      else if (entry.sid === sid && !this.#entries.some((one) => one.key === entry.key)) this.#entries.push(entry);
    }
    this.#entries = this.#entries.map((entry) => ({ ...entry, sid })).sort((a, b) => a.at - b.at);
    this.#changed();
  }

  /** The server has told who the visitor is (null: unproved). What a proved person wrote is never sent in another's name. */
  async own(visitor: string | null): Promise<void> {
    this.#visitor = visitor;
    for (const entry of this.#entries) {
      if (entry.visitor && entry.visitor !== visitor) await this.discard(entry.key);
    }
  }

  /** Queues a message and answers its key; `flush` sends it. */
  add(body: string, files: FileInfo[]): string {
    const last = this.#entries.at(-1)?.at ?? 0;
    const entry: Entry = {
      key: key(),
      sid: this.#sid,
      visitor: this.#visitor,
      body,
      files,
      at: Math.max(this.#now(), last + 1),
      failed: null,
    };
    this.#entries.push(entry);
    void this.#put(entry);
    this.#changed();
    return entry.key;
  }

  /** Sends what waits. One run at a time: a call during a run makes it look once more. */
  async flush(): Promise<void> {
    this.#again = true;
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (this.#again) {
        this.#again = false;
        await this.#run();
      }
    } finally {
      this.#busy = false;
    }
  }

  async #run(): Promise<void> {
    for (;;) {
      const entry = this.#entries.find((one) => !one.failed);
      if (!entry) return;
      try {
        const message = await this.hooks.send(entry);
        await this.discard(entry.key);
        this.hooks.sent(message);
      } catch (error) {
        // The stream may have brought it while the answer was lost.
        if (!this.#entries.some((one) => one.key === entry.key)) continue;
        const trouble = error instanceof Trouble ? error : new Trouble(500, "internal");
        if (trouble.passing) {
          this.hooks.later(trouble);
          return;
        }
        await this.#change(entry.key, trouble.code);
        this.hooks.refused(trouble);
      }
    }
  }

  /** The message of this key is on the server. */
  settle(key: string | null): void {
    if (key && this.#entries.some((one) => one.key === key)) void this.discard(key);
  }

  /** Gives a failed entry another chance, in its old place and under its old key. */
  async retry(key: string): Promise<void> {
    await this.#change(key, null);
    await this.flush();
  }

  /** Takes an entry out and answers its text. */
  async discard(key: string): Promise<string> {
    const gone = this.#entries.find((one) => one.key === key);
    this.#entries = this.#entries.filter((one) => one.key !== key);
    this.#changed();
    await this.#forget(key);
    return gone?.body ?? "";
  }

  /** Forgets everything of this visitor. */
  async clear(): Promise<void> {
    const gone = this.#entries;
    this.#entries = [];
    this.#sid = "";
    this.#visitor = null;
    this.#changed();
    await Promise.all(gone.map((entry) => this.#forget(entry.key)));
  }

  async #change(key: string, failed: string | null): Promise<void> {
    this.#entries = this.#entries.map((one) => (one.key === key ? { ...one, failed } : one));
    this.#changed();
    const entry = this.#entries.find((one) => one.key === key);
    if (entry) await this.#put(entry);
  }

  #changed(): void {
    this.hooks.changed(this.#entries.slice());
  }

  #put(entry: Entry): Promise<void> {
    return this.shelf.put(entry).catch(() => undefined);
  }

  #forget(key: string): Promise<void> {
    return this.shelf.remove(key).catch(() => undefined);
  }
}
