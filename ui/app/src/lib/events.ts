/** The stream's frames (docs/api.md, "Stream"). Types only. */
import type {
  Author, Contact, Conversation, Draft, Id, Inbox, Member, Message, Organization, Preferences, PresenceState, Program,
  Report, Room, RoomState, Team, ThreadCounts,
} from './types.ts';

/** Names its group by kind, or by the field of its kind. */
interface Joined {
  group?: Id; kind?: 'room' | 'inbox' | 'program' | 'team';
  room_id?: Id; inbox_id?: Id; program_id?: Id; team_id?: Id; member_id: Id; role?: string;
}
/** Names the thread by its root: as `message_id` on the wire, as `thread_id` in the contract. */
export interface ThreadState { thread_id?: Id; message_id?: Id; room_id?: Id; following?: boolean; read_number?: number; unread?: number; mentions?: number }

/** Durable events: each carries a cursor and is applied exactly once, in order. */
export interface EventData {
  'message.posted': { message: Message };
  'message.edited': { message: Message };
  /** `by` wrote it, or did what its system line told: to them it was never news. */
  'message.deleted': { id: Id; room_id: Id; number: number; by?: Id | null; thread_id: Id | null; thread?: ThreadCounts | null };
  'reaction.added': { message_id: Id; member_id: Id; emoji: string };
  'reaction.removed': { message_id: Id; member_id: Id; emoji: string };
  'message.thread': { message_id: Id; thread: ThreadCounts | null };
  'room.created': { room: Room };
  'room.updated': { room: Room };
  'member.joined': Joined;
  'member.left': Joined;
  'read.moved': { room_id: Id; state: RoomState };
  'thread.state': ThreadState;
  'draft.saved': { draft: Draft };
  'draft.removed': { room_id: Id; thread_id: Id | null };
  'saved.changed': { message_id: Id; saved: boolean };
  'person.added': { member: Member };
  'person.updated': { member: Member };
  'session.ended': { session_id: Id };
  'token.ended': { token_id: Id };
  'preferences.changed': { preferences: Preferences };
  'team.updated': { team: Team };
  'team.removed': { team_id: Id };
  'inbox.updated': { inbox: Inbox };
  'conversation.created': { conversation: Conversation };
  'conversation.updated': { conversation: Conversation };
  'contact.updated': { contact: Contact };
  'contact.merged': { contact_id: Id; into: Id };
  'contact.read': { room_id: Id; number: number };
  'program.updated': { program: Program };
  'report.created': { report: Report };
  'report.updated': { report: Report };
  'organization.updated': { organization: Organization };
}
export type EventType = keyof EventData;
export type StreamEvent = { [T in EventType]: { cursor: string; type: T; room: Id | null; data: EventData[T] } }[EventType];

/** Passing signals: no cursor, may be lost. */
export type Signal =
  | { type: 'typing'; room: Id; data: { author: Author; thread_id: Id | null; text?: string } }
  | { type: 'presence'; data: { members: Record<Id, PresenceState> } }
  | { type: 'viewing'; room: Id; data: { member_ids: Id[] } };
