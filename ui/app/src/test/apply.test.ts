/** Events on a booted store give what a fresh boot would say. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { EventData, EventType, StreamEvent } from '../lib/events.ts';
import { apply, applySignal, handlers, sweepTyping, TYPING_FOR } from '../lib/store/apply.ts';
import { Data, draftKey } from '../lib/store/data.svelte.ts';
import { boot, contact, conversation, inbox, member, message, program, report, room, state, team } from './fixtures.ts';

let data: Data;
let cursor = 0;
function told<T extends EventType>(type: T, event: EventData[T], roomId: string | null = 'r1'): void {
  cursor += 1;
  apply(data, { cursor: `c${cursor}`, type, room: roomId, data: event } as unknown as StreamEvent);
}
beforeEach(() => {
  data = new Data();
  data.load(boot());
  cursor = 0;
});
/** What boot would hand out, read back from the store. */
const snapshot = (of: Data): unknown => ({
  rooms: [...of.rooms.values()], members: [...of.members.values()], teams: [...of.teams.values()], inboxes: [...of.inboxes.values()],
  programs: [...of.programs.values()], drafts: [...of.drafts.values()], me: of.me,
});

describe('the stream and a fresh boot agree', () => {
  it('after a day of events', () => {
    const first = message('m1', 1);
    const mine = message('m2', 2, { author: { kind: 'member', id: 'me', name: 'Me' } });
    const asks = message('m3', 3, { mentions: { member_ids: ['me'], channel: false } });
    const reply = message('m4', 4, { thread_id: 'm1' });
    told('person.added', { member: member('bob') });
    told('message.posted', { message: first });
    told('message.posted', { message: mine });
    told('message.posted', { message: asks });
    told('message.posted', { message: reply });
    told('room.updated', { room: room('r1', { topic: 'New topic', state: null }) });
    told('room.created', { room: room('r2', { kind: 'direct', visibility: null, member_ids: ['me', 'bob'] }) });
    told('message.posted', { message: message('d1', 1, { room_id: 'r2' }) }, 'r2');
    told('read.moved', { room_id: 'r2', state: state({ read_number: 1 }) }, 'r2');
    told('draft.saved', { draft: { room_id: 'r1', thread_id: null, body: 'half', updated_at: 9 } });
    told('preferences.changed', { preferences: { theme: 'dark' } });
    told('team.updated', { team: { ...team, name: 'Renamed' } });
    told('member.joined', { team_id: 't1', member_id: 'bob' });
    told('member.joined', { inbox_id: 'x1', member_id: 'bob' });
    told('member.joined', { program_id: 'p1', member_id: 'bob' });
    told('organization.updated', { organization: { id: 'o', slug: 'o', name: 'Better' } });
    told('person.updated', { member: member('me', { name: 'New me' }) });

    const fresh = new Data();
    const base = boot();
    fresh.load(
      boot({
        me: { ...base.me, member: member('me', { name: 'New me' }), organization: { id: 'o', slug: 'o', name: 'Better' }, preferences: { theme: 'dark' } },
        members: [member('me', { name: 'New me' }), member('ada'), member('bob')],
        channels: [room('r1', { topic: 'New topic', last_number: 4, root_count: 3, last_at: 4000, state: state({ read_number: 2, unread: 1, mentions: 1 }) })],
        directs: [room('r2', { kind: 'direct', visibility: null, member_ids: ['me', 'bob'], last_number: 1, root_count: 1, last_at: 1000, state: state({ read_number: 1 }) })],
        teams: [{ ...team, name: 'Renamed', member_ids: ['bob'] }],
        inboxes: [{ ...inbox, member_ids: ['bob'] }],
        programs: [{ ...program, member_ids: ['bob'] }],
        drafts: [{ room_id: 'r1', thread_id: null, body: 'half', updated_at: 9 }],
      }),
    );
    expect(snapshot(data)).toEqual(snapshot(fresh));
    expect(data.cursor).toBe('c17');
  });

  it('has a handler for every event of the contract', () => {
    const contract = [
      'message.posted', 'message.edited', 'message.deleted', 'reaction.added', 'reaction.removed', 'message.thread', 'room.created', 'room.updated',
      'member.joined', 'member.left', 'read.moved', 'thread.state', 'draft.saved', 'draft.removed', 'saved.changed', 'person.added', 'person.updated',
      'session.ended', 'token.ended', 'preferences.changed', 'team.updated', 'team.removed', 'inbox.updated', 'conversation.created', 'conversation.updated',
      'contact.updated', 'contact.merged', 'contact.read', 'program.updated', 'report.created', 'report.updated', 'organization.updated',
    ];
    expect(Object.keys(handlers).sort()).toEqual([...contract].sort());
  });

  it('moves on over an event it does not know', () => {
    apply(data, { cursor: 'c9', type: 'later.invented', room: null, data: {} } as unknown as StreamEvent);
    expect(data.cursor).toBe('c9');
  });
});

describe('unread', () => {
  const unread = (): number | undefined => data.rooms.get('r1')?.state?.unread;

  it('never counts own messages, replies, or what was read', () => {
    told('message.posted', { message: message('m1', 1, { author: { kind: 'member', id: 'me', name: 'Me' } }) });
    told('message.posted', { message: message('m2', 2, { thread_id: 'm1' }) });
    told('read.moved', { room_id: 'r1', state: state({ read_number: 9 }) });
    told('message.posted', { message: message('m3', 3) });
    expect(unread()).toBe(0);
  });
  it('is over once I write myself', () => {
    told('message.posted', { message: message('m1', 1) });
    expect(unread()).toBe(1);
    told('message.posted', { message: message('m2', 2, { author: { kind: 'member', id: 'me', name: 'Me' } }) });
    expect(data.rooms.get('r1')?.state).toMatchObject({ unread: 0, read_number: 2 });
  });
  it('does not count again what the snapshot had counted', () => {
    data.load(boot({ channels: [room('r1', { last_number: 3, state: state({ unread: 3 }) })] }));
    told('message.posted', { message: message('m3', 3) });
    expect(unread()).toBe(3);
    told('message.posted', { message: message('m4', 4) });
    expect(unread()).toBe(4);
  });
  it('counts what was deleted while I was away by its mark, once', () => {
    told('message.deleted', { id: 'm1', room_id: 'r1', number: 1, by: 'ada', thread_id: null });
    told('message.deleted', { id: 'm1', room_id: 'r1', number: 1, by: 'ada', thread_id: null });
    expect(data.rooms.get('r1')).toMatchObject({ last_number: 1, root_count: 1, state: { unread: 1 } });
    told('message.deleted', { id: 'm2', room_id: 'r1', number: 2, by: 'me', thread_id: null });
    expect(data.rooms.get('r1')).toMatchObject({ last_number: 2, root_count: 2, state: { unread: 0, read_number: 2 } });
  });
  it('counts @channel as a mention of me', () => {
    told('message.posted', { message: message('m1', 1, { mentions: { member_ids: [], channel: true } }) });
    expect(data.rooms.get('r1')?.state?.mentions).toBe(1);
  });
  it('counts in conversations and reports too, and their own updates win', () => {
    told('conversation.created', { conversation: conversation() }, 'v1');
    const began = { kind: 'system' as const, event: 'started' as const, params: {} };
    told('message.posted', { message: message('m0', 1, { room_id: 'v1', ring: 'team', author: { kind: 'system', id: null, name: '' }, body: began }) }, 'v1');
    expect(data.conversations.get('v1')).toMatchObject({ last_number: 1, state: { unread: 0 } });
    told('message.posted', { message: message('m1', 2, { room_id: 'v1', author: { kind: 'contact', id: 'k1', name: 'Cleo' } }) }, 'v1');
    expect(data.conversations.get('v1')?.state?.unread).toBe(1);
    told('conversation.updated', { conversation: conversation({ status: 'resolved', last_number: 2, state: state({ read_number: 2 }) }) }, 'v1');
    expect(data.conversations.get('v1')).toMatchObject({ status: 'resolved', state: { unread: 0 } });
    told('report.created', { report: report() }, 'q1');
    told('message.posted', { message: message('m2', 1, { room_id: 'q1', author: { kind: 'reporter', id: null, name: 'x' } }) }, 'q1');
    expect(data.reports.get('q1')?.state_of_room?.unread).toBe(1);
    told('report.updated', { report: report({ state: 'triaged', last_number: 1 }) }, 'q1');
    expect(data.reports.get('q1')?.state).toBe('triaged');
    told('contact.read', { room_id: 'v1', number: 7 }, 'v1');
    expect(data.conversations.get('v1')?.contact_read_number).toBe(7);
    told('contact.updated', { contact: { ...contact, name: 'Cleopatra' } }, 'v1');
    expect(data.conversations.get('v1')?.contact.name).toBe('Cleopatra');
  });
});

describe('messages', () => {
  it('are edited, reacted to and deleted wherever they are shown', () => {
    data.window('r1').replace([message('m1', 1)], false, false);
    told('message.posted', { message: message('m1', 1) });
    told('message.edited', { message: message('m1', 1, { version: 2, body: { kind: 'markdown', text: 'two', html: 'two' } }) });
    told('message.edited', { message: message('m1', 1, { version: 1 }) });
    told('reaction.added', { message_id: 'm1', member_id: 'ada', emoji: '👍' });
    told('reaction.added', { message_id: 'm1', member_id: 'ada', emoji: '👍' });
    told('reaction.added', { message_id: 'm1', member_id: 'me', emoji: '👍' });
    expect(data.messages.get('m1')).toMatchObject({ body: { text: 'two' }, reactions: [{ emoji: '👍', member_ids: ['ada', 'me'] }] });
    told('reaction.removed', { message_id: 'm1', member_id: 'ada', emoji: '👍' });
    told('reaction.removed', { message_id: 'm1', member_id: 'me', emoji: '👍' });
    expect(data.messages.get('m1')?.reactions).toEqual([]);
    told('message.thread', { message_id: 'm1', thread: { reply_count: 1, last_reply_at: 5, participant_ids: ['ada'] } });
    expect(data.messages.get('m1')?.thread?.reply_count).toBe(1);
    told('message.deleted', { id: 'm1', room_id: 'r1', number: 1, thread_id: null, thread: null });
    expect(data.messages.get('m1')?.body).toEqual({ kind: 'deleted' });
    expect(data.window('r1').ids).toEqual(['m1']);
  });
  it('a late answer does not undo what an event told after it was asked for', () => {
    const since = data.clock;
    told('message.posted', { message: message('m1', 1, { version: 2 }) });
    data.put(message('m1', 1, { version: 2, reactions: [] }), since);
    told('reaction.added', { message_id: 'm1', member_id: 'ada', emoji: '👍' });
    data.put(message('m1', 1, { version: 2, reactions: [] }), since);
    expect(data.messages.get('m1')?.reactions).toHaveLength(1);
    data.put(message('m1', 1, { version: 3 }), data.clock);
    expect(data.messages.get('m1')?.version).toBe(3);
  });
  it('an answer under way when an event told of a message nobody knew yet is set right', () => {
    const since = data.clock;
    told('reaction.added', { message_id: 'm1', member_id: 'ada', emoji: '👍' });
    told('message.edited', { message: message('m1', 1, { version: 2, reactions: [{ emoji: '👍', member_ids: ['ada'] }] }) });
    data.put(message('m1', 1), since);
    expect(data.messages.get('m1')).toMatchObject({ version: 2, reactions: [{ emoji: '👍', member_ids: ['ada'] }] });
    data.put(message('m2', 2), data.clock);
    expect(data.messages.get('m2')?.reactions).toEqual([]);
  });
  it('mine take their place of the one on its way', () => {
    data.outbox = [{ key: 'k', room_id: 'r1', thread_id: null, body: 'x', ring: null, files: [], confirm: false, created_at: 0, state: 'waiting', error: null, tab: 't' }];
    told('message.posted', { message: message('m1', 1, { client_key: 'k' }) });
    expect(data.outbox).toHaveLength(1); // somebody else's key
    told('message.posted', { message: message('m2', 2, { client_key: 'k', author: { kind: 'member', id: 'me', name: 'Me' } }) });
    expect(data.outbox).toHaveLength(0);
  });
});

describe('rooms and people', () => {
  it('joining and leaving', () => {
    data.roomMembers.set('r1', [{ member_id: 'ada', role: 'manager', joined_at: 0 }]);
    told('member.joined', { room_id: 'r1', member_id: 'bob', role: 'member' });
    expect(data.rooms.get('r1')?.member_count).toBe(2);
    told('member.left', { room_id: 'r1', member_id: 'bob', role: 'member' });
    expect(data.roomMembers.get('r1')).toHaveLength(1);
    told('member.left', { room_id: 'r1', member_id: 'me' });
    expect(data.rooms.get('r1')?.state?.member).toBe(false);
    told('room.created', { room: room('r3', { visibility: 'private' }) });
    told('member.left', { room_id: 'r3', member_id: 'me' });
    expect(data.rooms.has('r3')).toBe(false);
    told('member.joined', { group: 't1', kind: 'team', member_id: 'bob', role: 'member' });
    expect(data.teams.get('t1')?.member_ids).toEqual(['bob']);
    told('team.removed', { team_id: 't1' });
    expect(data.teams.size).toBe(0);
  });
  it('being brought into a room shows it, with what was said so far as read', () => {
    told('member.joined', { group: 'r7', kind: 'room', member_id: 'me', role: 'member' }, 'r7');
    told('room.created', { room: room('r7', { visibility: 'private', last_number: 4, root_count: 3, state: null }) }, 'r7');
    told('message.posted', { message: message('m5', 5, { room_id: 'r7' }) }, 'r7');
    expect(data.rooms.get('r7')).toMatchObject({ last_number: 5, root_count: 4, state: { member: true, read_number: 4, unread: 1 } });
  });
  it('going out of a room forgets what I had in it, and late answers do not bring it back', () => {
    const since = data.clock;
    told('message.posted', { message: message('m1', 1) });
    told('thread.state', { message_id: 'm1', room_id: 'r1', following: true, unread: 1, mentions: 0, read_number: 0 }, null);
    told('draft.saved', { draft: { room_id: 'r1', thread_id: null, body: 'half', updated_at: 1 } });
    told('member.left', { group: 'r1', kind: 'room', member_id: 'me' });
    data.put(message('m1', 1), since);
    data.putThread({ thread_id: 'm1', room_id: 'r1', following: true }, since);
    expect([data.messages.size, data.threadStates.size, data.drafts.size]).toEqual([0, 0, 0]);
  });
  it('a change of my rank begins anew', () => {
    const stale = vi.fn();
    data.onStale = stale;
    told('person.updated', { member: member('me', { name: 'Same rank' }) });
    expect(stale).not.toHaveBeenCalled();
    told('person.updated', { member: member('me', { role: 'admin' }) });
    expect(stale).toHaveBeenCalledWith('me');
  });
  it('an answer from before the last boot is not taken', () => {
    const since = data.clock;
    data.load(boot());
    data.put(message('m1', 1), since);
    expect(data.messages.size).toBe(0);
  });
  it('threads, saved, drafts of my own', () => {
    const stale = vi.fn();
    data.onStale = stale;
    told('thread.state', { thread_id: 'm1', following: true, read_number: 4 }, null);
    expect(data.threadStates.get('m1')).toMatchObject({ following: true, read_number: 4 });
    told('thread.state', { message_id: 'm1', room_id: 'r1', following: false, read_number: 5, unread: 0, mentions: 0 }, null);
    expect(data.threadStates.get('m1')).toMatchObject({ following: false, thread_id: 'm1' });
    expect(stale).toHaveBeenCalledWith('threads');
    told('saved.changed', { message_id: 'm1', saved: true }, null);
    expect(data.saved.has('m1')).toBe(true);
    const key = draftKey('r1', null);
    data.drafts.set(key, { room_id: 'r1', thread_id: null, body: 'being written', updated_at: 1, dirty: true });
    told('draft.saved', { draft: { room_id: 'r1', thread_id: null, body: 'older', updated_at: 0 } });
    told('draft.removed', { room_id: 'r1', thread_id: null });
    expect(data.drafts.get(key)?.body).toBe('being written');
    // The echo of an older save of this tab comes after a newer one was acknowledged.
    data.drafts.set(key, { room_id: 'r1', thread_id: null, body: 'ab', updated_at: 1, dirty: false });
    data.expectEcho(key, 'a');
    told('draft.saved', { draft: { room_id: 'r1', thread_id: null, body: 'a', updated_at: 0 } });
    expect(data.drafts.get(key)?.body).toBe('ab');
    told('draft.saved', { draft: { room_id: 'r1', thread_id: null, body: 'from the phone', updated_at: 2 } });
    expect(data.drafts.get(key)?.body).toBe('from the phone');
  });
});

describe('signals', () => {
  it('typing shows for five seconds, or until the message', () => {
    const author = { kind: 'member' as const, id: 'ada', name: 'Ada' };
    applySignal(data, { type: 'typing', room: 'r1', data: { author, thread_id: null } }, 1000);
    applySignal(data, { type: 'typing', room: 'r1', data: { author: { ...author, id: 'me' }, thread_id: null } }, 1000);
    expect(data.typing.get('r1:')).toHaveLength(1);
    sweepTyping(data, 1000 + TYPING_FOR);
    expect(data.typing.has('r1:')).toBe(false);
    applySignal(data, { type: 'typing', room: 'r1', data: { author, thread_id: null } }, 1000);
    told('message.posted', { message: message('m1', 1) });
    expect(data.typing.get('r1:')).toEqual([]);
  });
  it('presence and viewing', () => {
    applySignal(data, { type: 'presence', data: { members: { ada: 'away', bob: 'dnd' } } }, 0);
    applySignal(data, { type: 'viewing', room: 'r1', data: { member_ids: ['ada'] } }, 0);
    expect(data.presence.get('ada')).toBe('away');
    expect(data.presence.get('bob')).toBe('dnd');
    expect(data.viewing.get('r1')).toEqual(['ada']);
  });
});
