/**
 * One function per event type; together they cover every event of the contract (the mapped type below sees to it).
 * Each changes only the store, and is safe to meet a thing the store does not hold.
 */
import type { EventData, EventType, Signal, StreamEvent } from '../events.ts';
import type { Id, Message, Role, Room, RoomState } from '../types.ts';
import { draftKey, type Data } from './data.svelte.ts';

type Handlers = { [T in EventType]: (data: Data, event: EventData[T]) => void };

const without = <T>(items: T[], item: T): T[] => items.filter((other) => other !== item);
const withItem = <T>(items: T[], item: T): T[] => (items.includes(item) ? items : [...items, item]);

/** Does this message ask for me by name (or by everyone in the channel)? */
export function mentionsMe(data: Data, message: Message): boolean {
  return !data.isMine(message.author) && (message.mentions.channel || message.mentions.member_ids.includes(data.myId));
}

/** A line that tells nothing of its own is not counted: that a conversation began stands above what began it. */
const isNews = (message: Message): boolean =>
  message.thread_id === null && !(message.body.kind === 'system' && message.body.event === 'started');

/** Counts a posted message: only others' root messages beyond what was read and beyond what the store knew of. */
function count(data: Data, message: Message, known: number): void {
  if (!isNews(message) || message.number <= known) return;
  if (data.isMine(message.author) || (message.body.kind === 'system' && message.body.params.by_id === data.myId)) {
    // Whoever writes (or does what a system line tells) has read what stands above.
    data.changeState(message.room_id, (state) => ({ ...state, read_number: Math.max(state.read_number, message.number), unread: 0, mentions: 0 }));
    return;
  }
  data.changeState(message.room_id, (state) =>
    message.number > state.read_number
      ? { ...state, unread: state.unread + 1, mentions: state.mentions + (mentionsMe(data, message) ? 1 : 0) }
      : state,
  );
}

/** To whoever was away, a message that is gone again is told by its mark alone. It has its number, and to others it was news. */
function countDeleted(data: Data, id: Id, number: number, by: Id | null, thread: Id | null): void {
  const known = data.rooms.get(id)?.last_number ?? data.conversations.get(id)?.last_number ?? data.reports.get(id)?.last_number;
  if (known === undefined || number <= known) return;
  const root = thread === null;
  const room = data.rooms.get(id);
  if (room) data.rooms.set(id, { ...room, last_number: number, root_count: room.root_count + (root ? 1 : 0) });
  data.changeConversation(id, { last_number: number });
  const report = data.reports.get(id);
  if (report) data.reports.set(id, { ...report, last_number: number });
  if (!root) return;
  data.changeState(id, (state) => {
    if (by === data.myId) return { ...state, read_number: Math.max(state.read_number, number), unread: 0, mentions: 0 };
    return number > state.read_number ? { ...state, unread: state.unread + 1 } : state;
  });
}

function posted(data: Data, message: Message): void {
  const room = data.rooms.get(message.room_id);
  const conversation = data.conversations.get(message.room_id);
  const report = data.reports.get(message.room_id);
  const known = room?.last_number ?? conversation?.last_number ?? report?.last_number ?? 0;
  data.put(message);
  if (data.isMine(message.author) && message.client_key) {
    data.outbox = data.outbox.filter((pending) => pending.key !== message.client_key);
  }
  count(data, message, known);
  const last_number = Math.max(known, message.number);
  const last_at = message.created_at;
  const now = data.rooms.get(message.room_id);
  if (now) {
    const root_count = now.root_count + (isNews(message) && message.number > known ? 1 : 0);
    data.rooms.set(now.id, { ...now, last_number, last_at, root_count });
  }
  data.changeConversation(message.room_id, { last_number }); // the rest is told by conversation.updated
  const told = data.reports.get(message.room_id);
  if (told) data.reports.set(told.id, { ...told, last_number, last_at });

  if (message.thread_id === null) data.openWindow(message.room_id)?.post(message);
  else {
    data.openThread(message.thread_id)?.post(message);
    data.onStale('threads');
  }
  untype(data, message);
  if (!data.isMine(message.author) && (mentionsMe(data, message) || room?.kind !== 'channel' || message.thread_id)) data.onStale('inbox');
}

/** Whoever has posted is not typing any more. */
function untype(data: Data, message: Message): void {
  const key = draftKey(message.room_id, message.thread_id);
  const typists = data.typing.get(key)?.filter((typist) => typist.author.id !== message.author.id);
  if (typists) data.typing.set(key, typists);
}

function react(data: Data, id: Id, emoji: string, member: Id, on: boolean): void {
  data.change(id, (message) => {
    const old = message.reactions.find((reaction) => reaction.emoji === emoji);
    const members = on ? withItem(old?.member_ids ?? [], member) : without(old?.member_ids ?? [], member);
    const reactions = old
      ? message.reactions.map((reaction) => (reaction === old ? { emoji, member_ids: members } : reaction))
      : [...message.reactions, { emoji, member_ids: members }];
    return { ...message, reactions: reactions.filter((reaction) => reaction.member_ids.length > 0) };
  });
}

/** A room as an event tells it. Counters of rooms I am in are kept: posted messages move them, in order. */
function updateRoom(data: Data, room: Room): void {
  const old = data.rooms.get(room.id);
  const role = data.joining.get(room.id);
  data.touch(room.id);
  if (role) {
    // Told right after my joining: everything so far counts as read.
    data.joining.delete(room.id);
    data.rooms.set(room.id, { ...room, state: { ...unseen, role, read_number: room.last_number } });
  } else if (!room.state && old?.state?.member) {
    const { last_number, root_count, last_at, state } = old;
    data.rooms.set(room.id, { ...room, last_number, root_count, last_at, state });
  } else data.rooms.set(room.id, room);
}

function membership(data: Data, event: EventData['member.joined'], joined: boolean): void {
  const of = (kind: typeof event.kind): Id | undefined => (event.kind === kind ? event.group : undefined);
  const { member_id } = event;
  const room_id = event.room_id ?? of('room');
  const team_id = event.team_id ?? of('team');
  const inbox_id = event.inbox_id ?? of('inbox');
  const program_id = event.program_id ?? of('program');
  const change = (ids: Id[]): Id[] => (joined ? withItem(ids, member_id) : without(ids, member_id));
  const team = team_id ? data.teams.get(team_id) : undefined;
  if (team) data.teams.set(team.id, { ...team, member_ids: change(team.member_ids) });
  const inbox = inbox_id ? data.inboxes.get(inbox_id) : undefined;
  if (inbox) data.inboxes.set(inbox.id, { ...inbox, member_ids: change(inbox.member_ids) });
  const program = program_id ? data.programs.get(program_id) : undefined;
  if (program) data.programs.set(program.id, { ...program, member_ids: change(program.member_ids) });
  if (inbox_id && member_id === data.myId) ownInbox(data, inbox_id, joined);
  if (program_id && member_id === data.myId) ownProgram(data, program_id, joined);
  // A guest comes to know people by being where they are.
  if (joined && !data.members.has(member_id)) data.onStale('people');
  if (joined && member_id === data.myId && data.me?.member.role === 'guest') data.onStale('people');
  if (room_id) roomMembership(data, room_id, member_id, event.role === 'manager' ? 'manager' : 'member', joined);
}

/** The desk comes with the first inbox and goes with the last; whoever stops being an agent loses sight of what the inbox holds. */
function ownInbox(data: Data, inbox: Id, joined: boolean): void {
  const { me } = data;
  const admin = me?.member.role === 'owner' || me?.member.role === 'admin';
  if (!joined && !admin) data.inboxes.delete(inbox);
  for (const conversation of data.conversations.values()) {
    if (conversation.inbox_id !== inbox) continue;
    if (joined || admin) data.changeState(conversation.id, (state) => ({ ...state, member: joined }));
    else {
      data.forgetRoom(conversation.id);
      data.conversations.delete(conversation.id);
    }
  }
  if (joined && !admin) data.loads += 1; // what it holds has to be asked for
  const customers = admin || joined || data.inboxes.size > 0;
  if (me && me.desks.customers !== customers) data.me = { ...me, desks: { ...me.desks, customers } };
  for (const what of ['customers', 'threads', 'saved', 'inbox'] as const) data.onStale(what);
}

/** Whoever leaves a program's team loses its reports at once; what they may see now is asked for. */
function ownProgram(data: Data, program: Id, joined: boolean): void {
  for (const report of data.reports.values()) {
    if (joined || report.program_id !== program) continue;
    data.forgetRoom(report.id);
    data.reports.delete(report.id);
  }
  for (const what of ['programs', 'threads', 'saved', 'inbox'] as const) data.onStale(what);
}

function roomMembership(data: Data, id: Id, member: Id, role: RoomState['role'], joined: boolean): void {
  data.touch(`members:${id}`);
  const listed = data.roomMembers.get(id);
  const present = listed?.some((other) => other.member_id === member);
  if (listed) {
    const rest = listed.filter((other) => other.member_id !== member);
    data.roomMembers.set(id, joined ? [...rest, { member_id: member, role, joined_at: Date.now() }] : rest);
  }
  const room = data.rooms.get(id);
  if (member === data.myId) {
    data.forgetRoom(id); // what is said while one is outside is not told
    if (joined) data.joining.set(id, role);
    else data.joining.delete(id);
    for (const what of ['threads', 'saved', 'inbox'] as const) data.onStale(what);
  }
  if (!room) return;
  if (member === data.myId && !joined && room.visibility !== 'public') {
    data.rooms.delete(id);
    return;
  }
  data.touch(id);
  const changed: Room = { ...room };
  if (listed) changed.member_count = data.roomMembers.get(id)?.length ?? room.member_count;
  else if (!present) changed.member_count = Math.max(0, room.member_count + (joined ? 1 : -1));
  if (room.kind === 'direct') changed.member_ids = joined ? withItem(room.member_ids, member) : without(room.member_ids, member);
  if (member === data.myId && room.state) changed.state = { ...room.state, member: joined, role };
  data.rooms.set(id, changed);
}

/** Ranks see different organizations; owners see no more than admins. */
const sight = (role: Role): Role => (role === 'owner' ? 'admin' : role);

export const handlers: Handlers = {
  'message.posted': (data, { message }) => posted(data, message),
  'message.edited': (data, { message }) => data.change(message.id, (old) => (old.version <= message.version ? message : old)),
  'message.deleted': (data, { id, room_id, number, by, thread_id, thread }) => {
    countDeleted(data, room_id, number, by ?? null, thread_id);
    data.change(id, (message) => ({
      ...message, body: { kind: 'deleted' }, files: [], reactions: [], mentions: { member_ids: [], channel: false }, client_key: null, version: message.version + 1,
    }));
    data.keep(id, false);
    data.onStale('saved');
    if (thread_id && thread !== undefined) data.change(thread_id, (root) => ({ ...root, thread }));
    data.onStale('inbox');
  },
  'reaction.added': (data, { message_id, emoji, member_id }) => react(data, message_id, emoji, member_id, true),
  'reaction.removed': (data, { message_id, emoji, member_id }) => react(data, message_id, emoji, member_id, false),
  'message.thread': (data, { message_id, thread }) => data.change(message_id, (message) => ({ ...message, thread: thread?.reply_count ? thread : null })),
  'room.created': (data, { room }) => updateRoom(data, room),
  'room.updated': (data, { room }) => updateRoom(data, room),
  'member.joined': (data, event) => membership(data, event, true),
  'member.left': (data, event) => membership(data, event, false),
  'read.moved': (data, { room_id, state }) => {
    data.changeState(room_id, () => state);
    data.onStale('inbox');
  },
  'thread.state': (data, event) => {
    const root = event.thread_id ?? event.message_id;
    if (!root) return;
    data.putThread({ ...event, thread_id: root });
    data.onStale('threads');
    data.onStale('inbox');
  },
  'draft.saved': (data, { draft }) => {
    const key = draftKey(draft.room_id, draft.thread_id);
    if (!data.isEcho(key, draft.body) && !data.drafts.get(key)?.dirty) data.drafts.set(key, { ...draft, dirty: false });
  },
  'draft.removed': (data, { room_id, thread_id }) => {
    const key = draftKey(room_id, thread_id);
    if (!data.isEcho(key, '') && !data.drafts.get(key)?.dirty) data.drafts.delete(key);
  },
  'saved.changed': (data, { message_id, saved }) => {
    data.keep(message_id, saved);
    data.onStale('saved');
  },
  'person.added': (data, { member }) => {
    data.touch(`member:${member.id}`);
    data.members.set(member.id, member);
  },
  'person.updated': (data, { member }) => {
    data.touch(`member:${member.id}`);
    if (data.me && member.id === data.myId) {
      if (sight(member.role) !== sight(data.me.member.role)) data.onStale('me');
      // Guests are told of people without their address; one's own one knows.
      const own = { ...member, email: member.email ?? data.me.member.email };
      data.me = { ...data.me, member: own };
      data.members.set(own.id, own);
    } else data.members.set(member.id, member);
  },
  'session.ended': () => {}, // the session itself answers (session.svelte.ts): the store has nothing to change
  'token.ended': () => {}, // the settings list tokens for themselves
  'preferences.changed': (data, { preferences }) => {
    if (data.me) data.me = { ...data.me, preferences };
  },
  'team.updated': (data, { team }) => void data.teams.set(team.id, team),
  'team.removed': (data, { team_id }) => {
    data.teams.delete(team_id);
    for (const room of data.rooms.values()) if (room.team_id === team_id) data.rooms.set(room.id, { ...room, team_id: null });
    for (const inbox of data.inboxes.values()) if (inbox.team_id === team_id) data.inboxes.set(inbox.id, { ...inbox, team_id: null });
    for (const { id, team_id: of } of data.conversations.values()) if (of === team_id) data.changeConversation(id, { team_id: null });
  },
  'inbox.updated': (data, { inbox }) => {
    // The snippet depends on the server's address, which an event does not know; it is the one this page came from.
    const made = (): string => `<script src="${location.origin}/w.js" data-key="${inbox.key}" async></script>`;
    data.inboxes.set(inbox.id, { ...inbox, snippet: inbox.snippet ?? data.inboxes.get(inbox.id)?.snippet ?? made() });
  },
  'conversation.created': (data, { conversation }) => {
    const member = data.inboxes.get(conversation.inbox_id)?.member_ids.includes(data.myId) ?? true;
    conversationTold(data, { ...conversation, state: conversation.state ?? { ...unseen, member } });
  },
  'conversation.updated': (data, { conversation }) => conversationTold(data, conversation),
  'contact.updated': (data, { contact }) => {
    data.contacts.set(contact.id, contact);
    for (const [id, conversation] of data.conversations) {
      if (conversation.contact.id === contact.id) data.changeConversation(id, { contact });
    }
  },
  'contact.merged': (data, { contact_id, into }) => {
    data.contacts.delete(contact_id);
    const contact = data.contacts.get(into);
    for (const [id, conversation] of data.conversations) {
      if (contact && conversation.contact.id === contact_id) data.changeConversation(id, { contact });
    }
    data.onStale('customers');
  },
  'contact.read': (data, { room_id, number }) => {
    const conversation = data.conversations.get(room_id);
    if (conversation) data.changeConversation(room_id, { contact_read_number: Math.max(conversation.contact_read_number, number) });
  },
  'program.updated': (data, { program }) => void data.programs.set(program.id, program),
  'report.created': (data, { report }) => reportTold(data, { ...report, state_of_room: report.state_of_room ?? unseen }),
  'report.updated': (data, { report }) => reportTold(data, report),
  'organization.updated': (data, { organization }) => {
    if (data.me) data.me = { ...data.me, organization };
  },
};

function conversationTold(data: Data, conversation: EventData['conversation.updated']['conversation']): void {
  data.putConversation(conversation);
  data.onStale('customers');
  data.onStale('inbox');
}

/** One's own state in a report or conversation nobody has looked at yet. */
const unseen: RoomState = { member: true, role: 'member', read_number: 0, unread: 0, mentions: 0, muted: false, starred: false, notify: 'all' };

function reportTold(data: Data, report: EventData['report.updated']['report']): void {
  data.putReport(report);
  data.onStale('security');
  data.onStale('inbox');
}

/** Applies one durable event and moves the cursor. */
export function apply(data: Data, event: StreamEvent): void {
  data.clock += 1;
  const handler = handlers[event.type] as ((data: Data, event: unknown) => void) | undefined;
  handler?.(data, event.data); // a type newer than this app is skipped, its cursor is not
  data.cursor = event.cursor;
}

/** How long "… is typing" is shown without another word. */
export const TYPING_FOR = 5_000;

export function applySignal(data: Data, signal: Signal, now: number): void {
  if (signal.type === 'presence') {
    for (const [id, state] of Object.entries(signal.data.members)) data.presence.set(id, state);
  } else if (signal.type === 'viewing') data.viewing.set(signal.room, signal.data.member_ids);
  else if (!data.isMine(signal.data.author)) {
    const key = draftKey(signal.room, signal.data.thread_id ?? null);
    const rest = (data.typing.get(key) ?? []).filter((typist) => typist.author.id !== signal.data.author.id);
    data.typing.set(key, [...rest, { author: signal.data.author, until: now + TYPING_FOR, text: signal.data.text ?? null }]);
  }
}

/** Takes down who has been silent for too long. */
export function sweepTyping(data: Data, now: number): void {
  for (const [key, typists] of data.typing) {
    const rest = typists.filter((typist) => typist.until > now);
    if (rest.length === 0) data.typing.delete(key);
    else if (rest.length < typists.length) data.typing.set(key, rest);
  }
}
