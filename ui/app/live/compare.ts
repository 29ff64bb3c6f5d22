/** What a store kept by events holds against what the server says now; names what differs. */
import { get } from '../src/lib/api.ts';
import { Data, draftKey } from '../src/lib/store/data.svelte.ts';
import type { Boot, Conversation, Id, Message, Report, Room, RoomMember, ThreadAnswer, ThreadItem, Window } from '../src/lib/types.ts';
import { every, type Person } from './person.ts';

const LIMIT = 12;

/** The paths at which two values differ. */
export function differences(kept: unknown, fresh: unknown, path = '', found: string[] = []): string[] {
  if (found.length >= LIMIT || Object.is(kept, fresh)) return found;
  const both = [kept, fresh];
  if (both.every((one) => typeof one === 'object' && one !== null) && Array.isArray(kept) === Array.isArray(fresh)) {
    const [a, b] = both as [Record<string, unknown>, Record<string, unknown>];
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) differences(a[key], b[key], `${path}/${key}`, found);
  } else found.push(`${path}: kept ${shown(kept)}, fresh ${shown(fresh)}`);
  return found;
}
const shown = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 300);

const byId = <T extends { id: Id }>(items: Iterable<T>): Record<Id, T> => Object.fromEntries([...items].map((item) => [item.id, item]));
const sorted = (ids: readonly Id[]): Id[] => [...ids].sort();

/** Who is in something is a set: events add at the end, the server sorts. */
const grouped = <T extends { member_ids: Id[] }>(thing: T): T => ({ ...thing, member_ids: sorted(thing.member_ids) });
/** Of a deleted message nothing counts but that it was there. */
const said = (message: Message): unknown => {
  const thread = message.thread?.reply_count ? message.thread : null;
  if (message.body.kind === 'deleted') return { id: message.id, number: message.number, room_id: message.room_id, thread_id: message.thread_id, body: message.body, reactions: message.reactions, files: message.files, thread };
  return { ...message, thread };
};
/** When a visitor was last seen is told to nobody; which page they look at only while the conversation goes on. */
const met = (conversation: Conversation): Conversation => {
  const { page } = conversation.contact;
  const there = page && conversation.status !== 'resolved' ? { ...page, at: 0 } : null;
  return { ...conversation, contact: { ...conversation.contact, last_seen_at: 0, page: there } };
};

async function timeline(room: Id): Promise<Message[]> {
  const items: Message[] = [];
  for (;;) {
    const page: Window = await get<Window>(`/rooms/${room}/messages`, { replies: true, limit: 200, ...(items[0] ? { before: items[0].number } : {}) });
    items.unshift(...page.items);
    if (!page.has_before || page.items.length === 0) return items;
  }
}

/** Differences between a person's store and a fresh one. Nothing may be on its way. */
export async function compare(person: Person): Promise<string[]> {
  const { data } = person;
  const found: string[] = [];
  const look = (what: string, kept: unknown, fresh: unknown): void => {
    differences(kept, fresh, what, found);
  };
  const boot = await get<Boot>('/boot');
  const fresh = new Data();
  fresh.load(boot);
  const guest = boot.me.member.role === 'guest';

  look('me', data.me, fresh.me);
  const members = byId(fresh.members.values());
  // A guest goes on knowing who has left their channels; nothing more is told of them.
  look('members', guest ? Object.fromEntries([...data.members].filter(([id]) => id in members)) : byId(data.members.values()), members);
  look('teams', byId([...data.teams.values()].map(grouped)), byId([...fresh.teams.values()].map(grouped)));
  look('inboxes', byId([...data.inboxes.values()].map(grouped)), byId([...fresh.inboxes.values()].map(grouped)));
  look('programs', byId([...data.programs.values()].map(grouped)), byId([...fresh.programs.values()].map(grouped)));
  const mine = (room: Room): boolean => room.state?.member === true;
  // Guests hear nothing of teams, so not that one is no more either.
  const card = (room: Room): Room => grouped(guest ? { ...room, team_id: null } : room);
  look('rooms', byId([...data.rooms.values()].filter(mine).map(card)), byId([...fresh.rooms.values()].map(card)));
  const drafts = (of: Data): unknown => Object.fromEntries([...of.drafts.values()].map(({ dirty: _, ...draft }) => [draftKey(draft.room_id, draft.thread_id), draft]));
  look('drafts', drafts(data), drafts(fresh));

  if (!guest) {
    // Channels one may find: what is shown of them without being in them.
    const found = new Map([...(await every<Room>('/channels')), ...(await every<Room>('/channels', { archived: 'true' }))].map((room) => [room.id, room]));
    const card = ({ name, handle, topic, purpose, archived_at, member_count, team_id }: Room): unknown => ({ name, handle, topic, purpose, archived_at, member_count, team_id });
    for (const room of data.rooms.values()) {
      const there = found.get(room.id);
      if (room.kind === 'channel' && room.visibility === 'public') look(`channels/${room.id}`, card(room), there ? card(there) : undefined);
    }
  }
  await desks(person, fresh, look);
  await messages(person, fresh, look);
  return found;
}

type Look = (what: string, kept: unknown, fresh: unknown) => void;

async function desks({ data, feeds }: Person, fresh: Data, look: Look): Promise<void> {
  const conversations = fresh.me?.desks.customers ? await every<Conversation>('/conversations', { status: 'all' }) : [];
  for (const conversation of conversations) fresh.putConversation(conversation);
  // One's own state may be unknown; then it is asked for when the conversation is opened.
  const own = (conversation: Conversation): Conversation => {
    const kept = data.conversations.get(conversation.id);
    return met(kept?.state === null ? { ...conversation, state: null } : conversation);
  };
  look('conversations', byId([...data.conversations.values()].map(met)), byId(conversations.map(own)));
  if (fresh.me?.desks.customers) {
    const open = conversations.filter((one) => one.status === 'open' && one.assignee_id === data.myId);
    look('feed of all', feeds[0]!.items.map((one) => one.id), conversations.map((one) => one.id));
    look('feed of mine', feeds[1]!.items.map((one) => one.id), open.map((one) => one.id));
  }
  const reports = fresh.me?.desks.security ? await every<Report>('/reports', { state: 'all' }) : [];
  for (const report of reports) fresh.putReport(report);
  const kept = byId(data.reports.values());
  look('reports', kept, byId(reports.filter((one) => one.id in kept || one.state !== 'closed')));
}

async function messages({ data, stale }: Person, fresh: Data, look: Look): Promise<void> {
  const rooms = [...fresh.rooms.keys(), ...fresh.conversations.keys(), ...fresh.reports.keys()];
  const threads = new Map((await every<ThreadItem>('/threads')).map((item) => [item.root.id, item]));
  for (const room of rooms) {
    const inside = data.roomMembers.get(room);
    const people = (items: RoomMember[]): unknown => Object.fromEntries(items.map(({ member_id, role }) => [member_id, role]));
    if (inside) look(`roomMembers/${room}`, people(inside), people((await get<{ items: RoomMember[] }>(`/rooms/${room}/members`)).items));
    const all = await timeline(room);
    const now = new Map(all.map((message) => [message.id, message]));
    for (const message of data.messages.values()) {
      if (message.room_id !== room) continue;
      const there = now.get(message.id);
      look(`messages/${message.id}`, said(message), there && said(there));
    }
    const window = data.openWindow(room);
    if (window?.loaded && !window.hasBefore && !window.hasAfter) {
      look(`window/${room}`, window.ids, all.filter((message) => message.thread_id === null).map((message) => message.id));
    }
    for (const root of all) {
      if (root.thread_id !== null) continue;
      const open = data.openThread(root.id);
      if (!open?.loaded) continue;
      const answer = await get<ThreadAnswer>(`/messages/${root.id}/thread`);
      look(`thread/${root.id}`, { ids: open.ids, following: open.following, read_number: open.readNumber }, { ids: answer.items.map((one) => one.id), following: answer.following, read_number: answer.read_number });
    }
  }
  const state = (of: { following?: boolean; unread?: number; mentions?: number } | undefined): unknown => ({ following: of?.following, unread: of?.unread, mentions: of?.mentions });
  // What is followed in a place one has just come back to, the list has still to tell.
  for (const [root, item] of threads) if (!stale.has('threads') || data.threadStates.has(root)) look(`threads/${root}`, state(data.threadStates.get(root)), state(item));
  for (const [root, kept] of data.threadStates) if (kept.following && !threads.has(root)) look(`threads/${root}`, state(kept), 'not followed');
}

/** What the app fetches again on its own must be right once it has. */
export async function compareDerived(person: Person): Promise<string[]> {
  const { data } = person;
  const boot = await get<Boot>('/boot');
  const saved = (await every<{ message: Message }>('/saved')).map((item) => item.message.id);
  return [...differences(data.counts, boot.counts, 'counts'), ...differences(sorted([...data.saved]), sorted(saved), 'saved')];
}
