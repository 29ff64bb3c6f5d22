/**
 * The panel's state and what moves it: session, stream, outbox, reading.
 * Components read its fields and call its methods; only this file talks to the server about messages.
 */
import type { Init, Page, Profile, ToHost, ToPanel } from "../../shared/protocol";
import type { Config, FileInfo, Message, Slice, Visitor } from "../../shared/wire";
import { Client, Trouble } from "./client";
import { countUnread, isDeleted, merge, refresh, remove } from "./log";
import { Outbox, type Entry, type Shelf } from "./outbox";
import { join } from "./session";
import { Stream, type Frame } from "./stream";
import { Typing } from "./typing.svelte";
import { Weather } from "./weather.svelte";

/** What stands in the way of writing at all. */
export type Barrier = "identity" | "blocked" | "gone";

/** Milliseconds. */
const HIDDEN = 5 * 60_000;

const id = (value: unknown): string | null => (typeof value === "string" ? value : null);

export class Chat {
  config = $state.raw<Config | null>(null);
  locale = $state("");
  messages = $state.raw<Message[]>([]);
  entries = $state.raw<Entry[]>([]);
  visitor = $state.raw<Visitor | null>(null);
  profile = $state.raw<Profile>({});
  status = $state<string | null>(null);
  hasBefore = $state(false);
  loading = $state(false);
  open = $state(false);
  /** The read number when the panel was opened: where "New messages" stands. */
  divider = $state<number | null>(null);
  seen = $state(0);
  barrier = $state<Barrier | null>(null);
  /** The server has met this visitor before. */
  known = $state(false);
  /** The first look at the server is over, well or badly: what is shown now stays. */
  ready = $state(false);
  /** What a screen reader is told next. */
  announced = $state.raw<{ name: string; text: string } | null>(null);
  readonly typing = new Typing((frame) => this.#stream.send(frame));
  readonly weather = new Weather(() => void this.sync());

  #host: (message: ToHost) => void;
  #client: Client;
  #stream: Stream;
  #outbox: Outbox;
  #jwt: string | null = null;
  #page: Page | null = null;
  #joined = false;
  #joining: Promise<void> | null = null;
  #read = 0;
  #told = -1;
  #awayTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(client: Client, streamUrl: string, shelf: Shelf, host: (message: ToHost) => void) {
    this.#client = client;
    this.#host = host;
    this.#stream = new Stream(streamUrl, {
      token: () => client.token,
      event: (frame) => this.#event(frame),
      ready: (gap) => this.#connected(gap),
      down: () => this.#disconnected(),
      revoked: () => {
        this.#joined = false;
        this.#later(null);
      },
    });
    this.#outbox = new Outbox(shelf, {
      send: (entry) => this.#deliver(entry),
      changed: (entries) => (this.entries = entries),
      sent: (message) => {
        this.weather.clear();
        this.#arrived(message);
      },
      later: (trouble) => this.#later(trouble),
      refused: (trouble) => this.#refused(trouble),
    });
    addEventListener("pagehide", () => this.#stream.close());
    addEventListener("pageshow", (event) => {
      if (event.persisted && this.#joined) this.#stream.open();
    });
    document.addEventListener("visibilitychange", () => this.#visibility());
  }

  /** Everything the loader says. */
  heard(message: ToPanel): void {
    if (message.t === "init") void this.#init(message);
    else if (message.t === "open") this.#opened();
    else if (message.t === "close") this.#closed();
    else if (message.t === "page") {
      this.#page = message.page;
      if (this.#joined) this.#client.post("/page", message.page).catch(() => undefined);
    } else if (message.t === "set") {
      this.profile = message.profile;
      if (this.#joined) void this.#rejoin();
    } else if (message.t === "identify") {
      this.#jwt = message.jwt;
      if (this.barrier === "identity") this.barrier = null;
      void this.#rejoin();
    } else void this.#shutdown();
  }

  async #init(init: Init): Promise<void> {
    const known = this.#client.token;
    this.config = init.config;
    this.locale = init.locale;
    this.profile = init.profile;
    this.#jwt = init.jwt;
    this.#page = init.page;
    if (known && known !== init.token) this.#leave();
    this.#client.token = init.token;
    // Someone known may write at once; a stranger is asked for a name first, so it has to be clear who it is.
    this.known = this.ready = init.token !== null;
    await this.#outbox.restore(init.sid);
    this.#host({ t: "ready" });
    if (init.open) this.#opened();
    if (init.config.identity === "required" && !init.jwt) this.barrier = "identity";
    else await this.sync();
    this.ready = true;
  }

  /** Brings everything in step with the server as far as there is reason to speak to it. Safe to call any time. */
  async sync(): Promise<void> {
    if (!this.config || this.barrier) return;
    if (!this.#client.token && !this.#jwt && !this.#outbox.waiting) {
      this.weather.offline = !navigator.onLine;
      return;
    }
    try {
      await this.#session();
    } catch (error) {
      this.#stumbled(error);
      return;
    }
    this.#stream.open();
    await this.#outbox.flush();
  }

  // ── Session ──

  #session(): Promise<void> {
    if (this.#joined) return Promise.resolve();
    this.#joining ??= this.#join().finally(() => (this.#joining = null));
    return this.#joining;
  }

  /** Signs in again: someone was identified, or the host told a name. */
  async #rejoin(): Promise<void> {
    await this.#joining?.catch(() => undefined);
    this.#joined = false;
    await this.sync();
  }

  async #join(): Promise<void> {
    const answer = await join(
      this.#client,
      { jwt: this.#jwt, required: this.config?.identity === "required", profile: this.profile, locale: this.locale, page: this.#page },
      { jwt: () => (this.#jwt = null), token: () => this.#forget() },
    );
    if (answer.token !== this.#client.token) {
      // The stream of the old token is no longer ours.
      this.#stream.close();
      this.#client.token = answer.token;
      this.#host({ t: "token", token: answer.token });
    }
    if (this.visitor && this.visitor.id !== answer.visitor.id) this.#forgetLog();
    this.visitor = answer.visitor;
    await this.#outbox.own(answer.visitor.verified ? answer.visitor.id : null);
    this.#joined = this.known = true;
    this.status = answer.conversation?.status ?? null;
    this.#read = Math.max(this.#read, answer.conversation?.read_number ?? 0);
    this.seen = Math.max(this.seen, answer.conversation?.seen_number ?? 0);
    if (!this.#stream.up) this.#stream.cursor = answer.cursor;
    if (answer.conversation) await this.#fetch();
    else this.#tell();
  }

  async #fetch(): Promise<void> {
    const page = await this.#client.get<Slice>("/messages");
    for (const message of page.items) this.#outbox.settle(message.client_key);
    this.messages = refresh(this.messages, page.items);
    this.hasBefore = page.has_before;
    if (this.open && this.divider === null) this.#mark();
    this.#seeAll();
  }

  /** Loads the page before the oldest message shown. */
  async earlier(): Promise<void> {
    const first = this.messages[0];
    if (!first || this.loading) return;
    this.loading = true;
    try {
      const page = await this.#client.get<Slice>(`/messages?before=${first.number}`);
      this.messages = page.items.reduce<Message[]>(merge, this.messages);
      this.hasBefore = page.has_before;
    } catch (error) {
      this.#stumbled(error);
    } finally {
      this.loading = false;
    }
  }

  // ── Trouble ──

  #stumbled(error: unknown): void {
    const trouble = error instanceof Trouble ? error : new Trouble(500, "internal");
    if (trouble.passing) this.#later(trouble);
    else this.#refused(trouble);
  }

  #later(trouble: Trouble | null): void {
    if (trouble?.status === 401) this.#joined = false;
    this.weather.later(trouble);
  }

  #refused(trouble: Trouble): void {
    if (trouble.code === "identity") this.barrier = "identity";
    else if (trouble.status === 403) this.barrier = this.config?.identity === "required" && !this.#jwt ? "identity" : "blocked";
    else if (trouble.status === 404 || trouble.status === 410) this.barrier = "gone";
  }

  // ── Stream ──

  #connected(gap: boolean): void {
    this.weather.clear();
    if (gap) void this.#rejoin();
    else void this.#outbox.flush();
  }

  #disconnected(): void {
    this.typing.heard(null);
    this.weather.broken(() => this.#joined && !this.#stream.up && document.visibilityState === "visible");
  }

  #event(frame: Frame): void {
    const data = (frame.data ?? {}) as Record<string, unknown>;
    const message = (data["message"] ?? data) as Message;
    if (frame.type === "message.posted" || frame.type === "message.edited") this.#arrived(message, frame.type === "message.posted");
    else if (frame.type === "message.deleted") {
      const gone = id(message.id);
      if (gone) this.messages = remove(this.messages, gone);
      this.#tell();
    } else if (frame.type === "read.moved") this.seen = Math.max(this.seen, Number(data["number"] ?? frame.number) || 0);
    else if (frame.type === "conversation.updated") this.status = id(data["status"] ?? frame.status);
    else if (frame.type === "typing") this.typing.heard(id((data["author"] as { name?: unknown } | undefined)?.name));
  }

  #arrived(message: Message, posted = true): void {
    const fresh = posted && !this.messages.some((one) => one.id === message.id);
    this.#outbox.settle(message.client_key);
    this.messages = merge(this.messages, message);
    if (!fresh) return this.#tell();
    if (this.status === "resolved") this.status = "open";
    if (!message.mine) {
      this.typing.heard(null);
      if (!isDeleted(message)) this.announced = { name: message.author.name, text: "text" in message.body ? message.body.text : "" };
    } else if (this.open) this.divider = null;
    this.#host({ t: "message", mine: message.mine });
    this.#seeAll();
  }

  #visibility(): void {
    clearTimeout(this.#awayTimer);
    if (document.visibilityState === "hidden") this.#awayTimer = setTimeout(() => this.#stream.close(), HIDDEN);
    else {
      if (this.#joined) this.#stream.open();
      this.#seeAll();
    }
  }

  // ── Reading ──

  #opened(): void {
    this.open = true;
    this.#mark();
    this.#seeAll();
  }

  #closed(): void {
    this.open = false;
    this.divider = null;
  }

  #mark(): void {
    this.divider = countUnread(this.messages, this.#read) ? this.#read : null;
  }

  /** What is on an open, visible panel is read. */
  #seeAll(): void {
    const last = this.messages.at(-1);
    if (this.open && document.visibilityState === "visible" && last && countUnread(this.messages, this.#read)) {
      this.#read = last.number;
      this.#client.post("/read", { number: last.number }).catch(() => undefined);
    }
    this.#tell();
  }

  #tell(): void {
    const count = countUnread(this.messages, this.#read);
    if (count === this.#told) return;
    this.#told = count;
    this.#host({ t: "unread", count });
  }

  // ── Writing ──

  send(body: string, files: FileInfo[]): void {
    this.typing.stop();
    this.#outbox.add(body, files);
    // From here on there is something worth keeping: the loader remembers who this is.
    if (!this.#client.token) this.#host({ t: "token", token: null });
    void this.sync();
  }

  async #deliver(entry: Entry): Promise<Message> {
    await this.#session();
    return this.#client.post<Message>("/messages", { body: entry.body, file_ids: entry.files.map((file) => file.id) }, entry.key);
  }

  retry(key: string): void {
    void this.#outbox.retry(key);
  }

  /** Takes a message that was not sent back; answers its text. */
  discard(key: string): Promise<string> {
    return this.#outbox.discard(key);
  }

  /** The form before the first message. Throws `Trouble` when the server does not like a field. */
  async introduce(profile: Profile): Promise<void> {
    this.profile = { ...this.profile, ...profile };
    try {
      this.#joined = false;
      await this.#session();
      this.#stream.open();
    } catch (error) {
      if (error instanceof Trouble && (error.field === "name" || error.field === "email")) throw error;
      // Offline: it is said with the first message.
      this.#stumbled(error);
    }
  }

  /** The client for files, with a session. */
  async files(): Promise<Client> {
    await this.#session();
    this.#stream.open();
    return this.#client;
  }

  /** The visitor is writing this. */
  wrote(text: string): void {
    if (this.#joined) this.typing.wrote(text, this.config?.typing_preview === true);
  }

  close(): void {
    this.#host({ t: "close" });
  }

  // ── Forgetting ──

  #forget(): void {
    this.#client.token = null;
    this.#host({ t: "token", token: null });
    this.#leave();
  }

  #leave(): void {
    this.#stream.close();
    this.#stream.cursor = null;
    this.#joined = this.known = false;
    this.visitor = null;
    this.barrier = null;
    this.#forgetLog();
  }

  #forgetLog(): void {
    this.messages = [];
    this.status = this.divider = null;
    this.typing.heard(null);
    this.#read = this.seen = 0;
    this.hasBefore = false;
  }

  async #shutdown(): Promise<void> {
    this.weather.stop();
    this.#leave();
    this.#client.token = this.#jwt = null;
    this.profile = {};
    await this.#outbox.clear();
    this.#host({ t: "bye" });
  }
}
