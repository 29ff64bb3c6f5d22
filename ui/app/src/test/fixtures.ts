/** Small things of the contract for tests. */
import type { Boot, Contact, Conversation, Inbox, Member, Message, Program, Report, Room, RoomState, Team } from '../lib/types.ts';

export const state = (change: Partial<RoomState> = {}): RoomState => ({
  member: true, role: 'member', read_number: 0, unread: 0, mentions: 0, muted: false, starred: false, notify: 'mentions', ...change,
});
export const member = (id: string, change: Partial<Member> = {}): Member => ({
  id, display_id: id, kind: 'person', handle: id, name: `Name ${id}`, email: null, role: 'member', picture: null, time_zone: 'UTC', language: 'en',
  status: null, suspended: false, created_at: 0, ...change,
});
export const room = (id: string, change: Partial<Room> = {}): Room => ({
  id, kind: 'channel', name: id, handle: id, visibility: 'public', topic: '', purpose: '', team_id: null, member_ids: [], member_count: 2,
  archived_at: null, last_number: 0, root_count: 0, last_at: 0, created_at: 0, created_by: null, state: state(), ...change,
});
export const message = (id: string, number: number, change: Partial<Message> = {}): Message => ({
  id, room_id: 'r1', number, author: { kind: 'member', id: 'ada', name: 'Ada' }, ring: 'everyone', thread_id: null,
  body: { kind: 'markdown', text: id, html: `<p>${id}</p>` }, created_at: number * 1000, edited_at: null, version: 1, files: [], reactions: [],
  mentions: { member_ids: [], channel: false }, thread: null, client_key: null, ...change,
});
export const contact: Contact = {
  id: 'k1', display_id: 1, name: 'Cleo', email: null, phone: null, identifier: null, verified: false, attributes: {}, locale: 'en', time_zone: null,
  page: null, created_at: 0, last_seen_at: 0, blocked: false,
};
export const conversation = (change: Partial<Conversation> = {}): Conversation => ({
  id: 'v1', display_id: 1, inbox_id: 'x1', contact, status: 'open', assignee_id: null, team_id: null, priority: 'none', snoozed_until: null,
  waiting_since: null, last_message: null, last_number: 0, last_at: 0, contact_read_number: 0, created_at: 0, state: state(), ...change,
});
export const inbox: Inbox = {
  id: 'x1', display_id: 1, kind: 'website', name: 'Web', key: 'k', allowed_origins: [], color: '#000000', greeting: '', form: { name: 'off', email: 'off' },
  typing_preview: false, identity: 'off', team_id: null, member_ids: [], snippet: '',
};
export const program: Program = {
  id: 'p1', display_id: 1, slug: 'p', name: 'P', prefix: 'P', intro: '', policy: { text: '', html: '', version: 1 }, scope: [], contact: '', languages: [],
  intake: 'open', notice: '', member_ids: [], public_url: '', report_url: '',
};
export const report = (change: Partial<Report> = {}): Report => ({
  id: 'q1', display_id: 1, key: 'P-1', program_id: 'p1', title: 'Hole', reporter: { name: 'x', email: null, link: null, wants_credit: false },
  state: 'new', close_reason: null, assignee_id: null, severity: null, versions: '', policy_version: 1, received_at: 0, last_number: 0, last_at: 0,
  state_of_room: state(), waiting_on: 'team', ...change,
});
export const team: Team = { id: 't1', display_id: 1, handle: 't', name: 'T', member_ids: [] };
export const boot = (change: Partial<Boot> = {}): Boot => ({
  me: {
    member: member('me'), organization: { id: 'o', slug: 'o', name: 'Org' }, session_id: 's', csrf: 'c',
    desks: { team: true, customers: true, security: true, admin: true }, preferences: {},
  },
  members: [member('me'), member('ada')], presence: {}, teams: [team], channels: [room('r1')], directs: [], inboxes: [inbox], programs: [program],
  drafts: [], counts: { customers: { mine: 0, unassigned: 0, all: 0 }, security: { new: 0, open: 0 }, threads: { unread: 0, mentions: 0 } },
  limits: { message: 100, file: 100, upload_count: 3 }, cursor: 'c0', ...change,
});
