/**
 * The one normalized store: every thing once, by id. Filled by `load` (boot) and kept by `apply` (events).
 * Pure state: no fetch, no timers, no storage. Components read it, actions and `apply` write it.
 */
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import type { ThreadState } from '../events.ts';
import type {
  Author, Boot, Contact, Conversation, Counts, FileInfo, Id, Inbox, Me, Member, Message, Millis, PresenceState, Program,
  Report, Ring, Room, RoomMember, RoomState, Team,
} from '../types.ts';
import { RoomWindow, ThreadWindow } from './windows.svelte.ts';

export interface DraftEntry {
  room_id: Id; thread_id: Id | null; body: string; updated_at: Millis;
  /** Written here and not yet taken by the server; such a draft wins over events. */
  dirty: boolean;
}
/** A message on its way. `key` is its Idempotency-Key and comes back as `client_key`. */
export interface Pending {
  key: string; room_id: Id; thread_id: Id | null; body: string; ring: Ring | null; files: FileInfo[]; confirm: boolean;
  created_at: Millis; state: 'waiting' | 'failed' | 'confirm';
  /** The server's sentence when it failed. */
  error: string | null;
  /** The tab that sends it. */
  tab: string;
}
export interface Typist { author: Author; until: Millis; text: string | null }
/** Lists the server derives and that must be asked for again. */
export type Stale = 'threads' | 'inbox' | 'customers' | 'security' | 'programs' | 'saved'
  | 'people'
  /** What I am here has changed, and with it what I see: begin anew. */
  | 'me';

/** Changes kept for messages that are on their way: as many as events may come while an answer does. */
const CHANGES = 500;

export const draftKey = (room: Id, thread: Id | null): string => `${room}:${thread ?? ''}`;
const noCounts: Counts = { customers: { mine: 0, unassigned: 0, all: 0 }, security: { new: 0, open: 0 }, threads: { unread: 0, mentions: 0 } };

export class Data {
  me = $state.raw<Me | null>(null);
  members = new SvelteMap<Id, Member>();
  presence = new SvelteMap<Id, PresenceState>();
  teams = new SvelteMap<Id, Team>();
  rooms = new SvelteMap<Id, Room>();
  roomMembers = new SvelteMap<Id, RoomMember[]>();
  inboxes = new SvelteMap<Id, Inbox>();
  programs = new SvelteMap<Id, Program>();
  conversations = new SvelteMap<Id, Conversation>();
  contacts = new SvelteMap<Id, Contact>();
  reports = new SvelteMap<Id, Report>();
  /** True when `reports` holds every open report this person may see (reports.svelte.ts fetches them). */
  openReports = $state(false);
  messages = new SvelteMap<Id, Message>();
  threadStates = new SvelteMap<Id, ThreadState>();
  saved = new SvelteSet<Id>();
  /** Being deleted: not shown while the undo is on offer. */
  hidden = new SvelteSet<Id>();
  drafts = new SvelteMap<string, DraftEntry>();
  /** Drafts this tab has just saved: their echo must not undo what was written since. */
  private echoes: { key: string; body: string; until: Millis }[] = [];
  outbox = $state.raw<Pending[]>([]);
  typing = new SvelteMap<string, Typist[]>();
  viewing = new SvelteMap<Id, Id[]>();
  counts = $state.raw<Counts>(noCounts);
  limits = $state.raw<Boot['limits']>({ message: 16_384, file: 26_214_400, upload_count: 10 });
  cursor: string | null = null;
  /** Counts events; a fetch begun at clock n must not undo what an event told later. */
  clock = 0;
  /** Counts boots, and comings into an inbox: after each, what had been fetched besides is not all there and has to be asked for again. */
  loads = $state(0);
  /** Set by the session: something derived has to be fetched again. */
  onStale: (what: Stale) => void = () => {};

  /** Rooms I have just come into, and as what; the event that follows tells the room. */
  joining = new Map<Id, RoomState['role']>();

  private windows = new Map<Id, RoomWindow>();
  private threadWindows = new Map<Id, ThreadWindow>();
  /** The clock of the last boot. */
  private loadedAt = 0;
  private touched = new Map<Id, number>();
  /** What events changed of messages that were not known then. */
  private changes: { id: Id; at: number; change: (message: Message) => Message }[] = [];
  private forgotten = new Map<Id, number>();

  /** The window of a room's timeline; made when first asked for. */
  window(room: Id): RoomWindow {
    let window = this.windows.get(room);
    if (!window) this.windows.set(room, (window = new RoomWindow()));
    return window;
  }
  openWindow(room: Id): RoomWindow | undefined {
    return this.windows.get(room);
  }
  thread(root: Id): ThreadWindow {
    let window = this.threadWindows.get(root);
    if (!window) this.threadWindows.set(root, (window = new ThreadWindow()));
    return window;
  }
  openThread(root: Id): ThreadWindow | undefined {
    return this.threadWindows.get(root);
  }

  get myId(): Id {
    return this.me?.member.id ?? '';
  }
  isMine(author: Author): boolean {
    return author.kind !== 'contact' && author.kind !== 'reporter' && author.kind !== 'system' && author.id === this.myId;
  }

  /** True for an answer begun before the last boot. */
  past(since?: number): boolean {
    return since !== undefined && since < this.loadedAt;
  }
  /** True when an event has told since of a room, or of who is in it (`members:<room>`). */
  told(what: string, since: number): boolean {
    return this.past(since) || (this.touched.get(what) ?? 0) > since;
  }

  /** Takes a message from an answer begun at `since`, or from an event (`since` left out). */
  put(message: Message, since?: number): void {
    if (this.forgot(message.room_id, since)) return;
    const old = this.messages.get(message.id);
    if (old && since !== undefined && ((this.touched.get(message.id) ?? 0) > since || old.version > message.version)) return;
    if (since === undefined) this.touched.set(message.id, this.clock);
    const meanwhile = old || since === undefined ? [] : this.changes.filter((one) => one.id === message.id && one.at > since);
    this.messages.set(message.id, meanwhile.reduce((now, { change }) => change(now), message));
  }
  putAll(messages: Message[], since: number): void {
    for (const message of messages) this.put(message, since);
  }
  /** Changes a message by an event. One that is not known may be on its way in an answer from before the event. */
  change(id: Id, change: (message: Message) => Message): void {
    const old = this.messages.get(id);
    if (!old) {
      this.changes.push({ id, at: this.clock, change });
      if (this.changes.length > CHANGES) this.changes.shift();
      return;
    }
    this.touched.set(id, this.clock);
    this.messages.set(id, change(old));
  }

  /** Takes what I have of a thread from an answer begun at `since`, or from an event. */
  putThread(state: ThreadState & { thread_id: Id }, since?: number): void {
    const key = `thread:${state.thread_id}`;
    if (this.past(since) || (state.room_id && this.forgot(state.room_id, since))) return;
    if (since !== undefined && (this.touched.get(key) ?? 0) > since) return;
    if (since === undefined) this.touched.set(key, this.clock);
    this.threadStates.set(state.thread_id, { ...this.threadStates.get(state.thread_id), ...state });
    const window = this.openThread(state.thread_id);
    if (window && state.following !== undefined) window.following = state.following;
    if (window && state.read_number !== undefined) window.readNumber = state.read_number;
  }
  /** A message is saved or no more, by an answer begun at `since` or an event. */
  keep(id: Id, saved: boolean, since?: number): void {
    const key = `saved:${id}`;
    if (this.past(since)) return;
    if (since !== undefined && (this.touched.get(key) ?? 0) > since) return;
    if (since === undefined) this.touched.set(key, this.clock);
    if (saved) this.saved.add(id);
    else this.saved.delete(id);
  }

  /** Takes a report from an answer begun at `since`, or from an event. Events carry nobody's own state: ours stays. */
  putReport(report: Report, since?: number): void {
    if (this.past(since)) return;
    const old = this.reports.get(report.id);
    const late = old !== undefined && since !== undefined && (this.touched.get(report.id) ?? 0) > since;
    if (late && old.state_of_room) return;
    if (since === undefined) this.touched.set(report.id, this.clock);
    const told = late ? old : report;
    const behind = late && report.last_number < old.last_number;
    this.reports.set(report.id, { ...told, state_of_room: (behind ? null : report.state_of_room) ?? old?.state_of_room ?? null });
  }

  /** The same for a conversation. An own state from before the newest event would lack what that event counted: it is left out. */
  putConversation(conversation: Conversation, since?: number): void {
    if (this.past(since)) return;
    const old = this.conversations.get(conversation.id);
    const late = old !== undefined && since !== undefined && (this.touched.get(conversation.id) ?? 0) > since;
    if (late && old.state) return;
    if (since === undefined) this.touched.set(conversation.id, this.clock);
    const behind = late && conversation.last_number < old.last_number;
    const told = late ? old : conversation;
    this.conversations.set(told.id, { ...told, state: (behind ? null : conversation.state) ?? old?.state ?? null });
    this.contacts.set(told.contact.id, told.contact);
  }
  /** Changes a known conversation by an event. */
  changeConversation(id: Id, change: Partial<Conversation>): void {
    const old = this.conversations.get(id);
    if (!old) return;
    this.touched.set(id, this.clock);
    this.conversations.set(id, { ...old, ...change });
  }

  expectEcho(key: string, body: string): void {
    const now = Date.now();
    this.echoes = [...this.echoes.filter((echo) => echo.until > now), { key, body, until: now + 10_000 }];
  }
  /** True when an event only tells what this tab saved itself; each echo counts once. */
  isEcho(key: string, body: string): boolean {
    const now = Date.now();
    const at = this.echoes.findIndex((echo) => echo.key === key && echo.body === body && echo.until > now);
    if (at >= 0) this.echoes.splice(at, 1);
    return at >= 0;
  }

  /** Takes a room from an answer begun at `since`. What events have told of it in the meantime stays. */
  putRoom(room: Room, since: number): void {
    const old = this.rooms.get(room.id);
    if (old?.state ? this.told(room.id, since) : this.past(since)) return;
    this.rooms.set(room.id, room);
  }
  /** An event has told of this. */
  touch(what: string): void {
    this.touched.set(what, this.clock);
  }
  /** True when I have come into this room, or gone, after `since`: an answer from before tells of another time. */
  forgot(id: Id, since?: number): boolean {
    return this.past(since) || (since !== undefined && (this.forgotten.get(id) ?? 0) > since);
  }
  /** Lets go of what was said in a room, and of one's own in it: it is asked for again when somebody looks. */
  forgetRoom(id: Id): void {
    this.forgotten.set(id, this.clock);
    const window = this.windows.get(id);
    if (window) window.loaded = false;
    for (const message of this.messages.values()) {
      if (message.room_id !== id) continue;
      const thread = this.threadWindows.get(message.id);
      if (thread) thread.loaded = false;
      this.threadStates.delete(message.id);
      this.messages.delete(message.id);
    }
    for (const [root, state] of this.threadStates) if (state.room_id === id) this.threadStates.delete(root);
    for (const [key, draft] of this.drafts) if (draft.room_id === id && !draft.dirty) this.drafts.delete(key);
  }
  changeState(id: Id, change: (state: RoomState) => RoomState): void {
    this.touched.set(id, this.clock);
    const room = this.rooms.get(id);
    if (room?.state) this.rooms.set(id, { ...room, state: change(room.state) });
    const conversation = this.conversations.get(id);
    if (conversation?.state) this.conversations.set(id, { ...conversation, state: change(conversation.state) });
    const report = this.reports.get(id);
    if (report?.state_of_room) this.reports.set(id, { ...report, state_of_room: change(report.state_of_room) });
  }

  /** Starts anew from a boot answer. Drafts not yet saved and messages on their way are kept. */
  load(boot: Boot): void {
    this.loadedAt = ++this.clock;
    this.me = boot.me;
    const fill = <T extends { id: Id }>(map: SvelteMap<Id, T>, items: T[]): void => {
      map.clear();
      for (const item of items) map.set(item.id, item);
    };
    fill(this.members, boot.members);
    fill(this.teams, boot.teams);
    fill(this.rooms, [...boot.channels, ...boot.directs]);
    fill(this.inboxes, boot.inboxes);
    fill(this.programs, boot.programs);
    this.presence.clear();
    for (const [id, state] of Object.entries(boot.presence)) this.presence.set(id, state);
    for (const map of [this.conversations, this.contacts, this.reports, this.messages, this.roomMembers, this.threadStates, this.typing, this.viewing, this.joining]) map.clear();
    this.saved.clear();
    this.openReports = false;
    for (const [key, draft] of this.drafts) if (!draft.dirty) this.drafts.delete(key);
    for (const draft of boot.drafts) {
      const key = draftKey(draft.room_id, draft.thread_id);
      if (!this.drafts.get(key)?.dirty) this.drafts.set(key, { ...draft, dirty: false });
    }
    for (const window of this.windows.values()) window.loaded = false;
    for (const window of this.threadWindows.values()) window.loaded = false;
    this.touched.clear();
    this.changes = [];
    this.forgotten.clear();
    this.counts = boot.counts;
    this.limits = boot.limits;
    this.cursor = boot.cursor;
    this.loads += 1;
  }
}
