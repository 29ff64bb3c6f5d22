/** The files under the composer: on their way, ready to be sent along, or refused. */
import type { FileInfo } from "../../shared/wire";
import type { Chat } from "./chat.svelte";
import { Trouble } from "./client";
import { key } from "./random";
import type { Word } from "./words";

/** As many as one message takes. */
const MOST = 10;

export interface Item {
  key: string;
  name: string;
  size: number;
  /** 0..1 */
  progress: number;
  done: FileInfo | null;
  error: Word | null;
}

function reason(error: unknown): Word {
  const status = error instanceof Trouble ? error.status : 500;
  return status === 413 ? "fileLarge" : status === 415 ? "fileKind" : "fileFailed";
}

export class Uploads {
  items = $state<Item[]>([]);
  #files = new Map<string, File>();
  #cancels = new Map<string, () => void>();

  constructor(private chat: Chat) {}

  get running(): boolean {
    return this.items.some((item) => !item.done && !item.error);
  }

  add(files: Iterable<File>): void {
    for (const file of files) {
      if (this.items.length >= MOST) return;
      const item: Item = { key: key(), name: file.name, size: file.size, progress: 0, done: null, error: null };
      this.items.push(item);
      this.#files.set(item.key, file);
      void this.#run(item.key);
    }
  }

  retry(key: string): void {
    this.#set(key, { error: null, progress: 0 });
    void this.#run(key);
  }

  /** Cancels or takes away. */
  remove(key: string): void {
    this.#cancels.get(key)?.();
    this.#cancels.delete(key);
    this.#files.delete(key);
    this.items = this.items.filter((item) => item.key !== key);
  }

  /** Hands over what is ready; the rest (refused) is dropped. */
  take(): FileInfo[] {
    // A snapshot: what goes into the outbox is stored, and reactive proxies cannot be.
    const ready = $state.snapshot(this.items).flatMap((item) => (item.done ? [item.done] : []));
    for (const item of this.items) this.remove(item.key);
    return ready;
  }

  async #run(key: string): Promise<void> {
    const file = this.#files.get(key);
    if (!file) return;
    try {
      const client = await this.chat.files();
      if (!this.#files.has(key)) return;
      const upload = client.upload(file, key, (progress) => this.#set(key, { progress }));
      this.#cancels.set(key, upload.cancel);
      this.#set(key, { done: await upload.done });
    } catch (error) {
      this.#set(key, { error: reason(error) });
    }
  }

  #set(key: string, change: Partial<Item>): void {
    const item = this.items.find((one) => one.key === key);
    if (item) Object.assign(item, change);
  }
}
