/** The API's things as a member sees them (docs/api.md). Types only: no code, no defaults. */

export type Id = string;
/** Unix milliseconds. */
export type Millis = number;
export type Role = 'owner' | 'admin' | 'member' | 'guest';
export type Ring = 'everyone' | 'guests' | 'team';
export type PresenceChoice = 'auto' | 'away' | 'dnd' | 'offline';
export type PresenceState = 'online' | 'away' | 'dnd' | 'offline';

export interface Member {
  id: Id;
  display_id: string | number;
  kind: 'person' | 'bot';
  handle: string;
  name: string;
  email: string | null;
  role: Role;
  picture: Id | null;
  time_zone: string;
  language: string;
  status: { text: string; emoji: string } | null;
  /** What they chose; `auto` follows the connection. */
  presence?: PresenceChoice;
  suspended: boolean;
  created_at: Millis;
}
export interface Organization { id: Id; slug: string; name: string }
export interface Session {
  id: Id; created_at: Millis; last_seen_at: Millis; expires_at: Millis; user_agent: string; ip: string; current: boolean;
}
export type TokenScope = 'read' | 'write' | 'customers' | 'security' | 'admin';
export interface Token { id: Id; name: string; scopes: TokenScope[]; created_at: Millis; expires_at: Millis | null; last_used_at: Millis | null }
export interface Team { id: Id; display_id: string | number; handle: string; name: string; member_ids: Id[] }

export type RoomKind = 'channel' | 'direct' | 'conversation' | 'report';
export interface RoomState {
  member: boolean;
  role: 'member' | 'manager';
  read_number: number;
  unread: number;
  mentions: number;
  muted: boolean;
  starred: boolean;
  notify: 'all' | 'mentions' | 'none';
}
export interface Room {
  id: Id;
  kind: RoomKind;
  name: string;
  handle: string;
  visibility: 'public' | 'private' | null;
  topic: string;
  purpose: string;
  team_id: Id | null;
  member_ids: Id[];
  member_count: number;
  archived_at: Millis | null;
  last_number: number;
  root_count: number;
  last_at: Millis;
  created_at: Millis;
  created_by: Id | null;
  state: RoomState | null;
}

export interface Author { kind: 'member' | 'bot' | 'contact' | 'reporter' | 'system'; id: Id | null; name: string }
export type SystemEvent =
  | 'room_created' | 'member_joined' | 'member_left' | 'member_invited' | 'member_removed' | 'renamed' | 'topic_changed'
  | 'archived' | 'unarchived' | 'assigned' | 'status_changed' | 'priority_changed' | 'team_changed' | 'severity_changed'
  | 'state_changed' | 'received' | 'shared' | 'started';
export type Body =
  | { kind: 'markdown'; text: string; html: string }
  | { kind: 'system'; event: SystemEvent; params: Record<string, unknown> }
  | { kind: 'deleted' };
export interface FileInfo {
  id: Id; name: string; size: number; kind: string; width: number | null; height: number | null; thumb: boolean;
  url: string; thumb_url: string | null;
}
export interface Reaction { emoji: string; member_ids: Id[] }
export interface ThreadCounts { reply_count: number; last_reply_at: Millis | null; participant_ids: Id[] }
export interface Message {
  id: Id;
  room_id: Id;
  number: number;
  author: Author;
  ring: Ring;
  thread_id: Id | null;
  body: Body;
  created_at: Millis;
  edited_at: Millis | null;
  version: number;
  files: FileInfo[];
  reactions: Reaction[];
  mentions: { member_ids: Id[]; channel: boolean };
  thread: ThreadCounts | null;
  client_key: string | null;
}
export interface Draft { room_id: Id; thread_id: Id | null; body: string; updated_at: Millis }

export interface Inbox {
  id: Id; display_id: string | number; kind: 'website' | 'email' | 'api'; name: string; key: string; allowed_origins: string[];
  color: string; greeting: string; form: { name: 'off' | 'optional' | 'required'; email: 'off' | 'optional' | 'required' };
  typing_preview: boolean; identity: 'off' | 'optional' | 'required'; team_id: Id | null; member_ids: Id[]; snippet: string;
}
export interface Contact {
  id: Id; display_id: string | number; name: string; email: string | null; phone: string | null; identifier: string | null;
  verified: boolean; attributes: Record<string, unknown>; locale: string; time_zone: string | null;
  page: { url: string; title: string; at: Millis } | null; created_at: Millis; last_seen_at: Millis; blocked: boolean;
}
export type ConversationStatus = 'open' | 'pending' | 'snoozed' | 'resolved';
export interface Conversation {
  id: Id; display_id: string | number; inbox_id: Id; contact: Contact; status: ConversationStatus; assignee_id: Id | null;
  team_id: Id | null; priority: 'none' | 'low' | 'medium' | 'high' | 'urgent'; snoozed_until: Millis | null;
  waiting_since: Millis | null;
  last_message: { author_kind: Author['kind']; author_name: string; text: string; ring: Ring; at: Millis } | null;
  last_number: number; last_at: Millis; contact_read_number: number; created_at: Millis; state: RoomState | null;
}
export interface ScopeItem { asset: string; kind: string; in_scope: boolean; note: string }
export interface Program {
  id: Id; display_id: string | number; slug: string; name: string; prefix: string; intro: string;
  policy: { text: string; html: string; version: number };
  scope: ScopeItem[];
  contact: string; languages: string[]; intake: 'open' | 'paused'; notice: string; member_ids: Id[];
  public_url: string; report_url: string;
}
export type ReportState = 'new' | 'needs_info' | 'triaged' | 'closed';
export type CloseReason =
  | 'resolved' | 'duplicate' | 'informative' | 'out_of_scope' | 'not_reproducible' | 'not_applicable' | 'accepted_risk' | 'no_response'
  | 'spam' | 'withdrawn' | 'not_security';
export type Severity = 'none' | 'low' | 'medium' | 'high' | 'critical';
export interface Report {
  id: Id; display_id: string | number; key: string; program_id: Id; title: string;
  reporter: { name: string; email: string | null; link: string | null; wants_credit: boolean };
  state: ReportState; close_reason: CloseReason | null; assignee_id: Id | null;
  severity: Severity | null; versions: string; policy_version: number; received_at: Millis; last_number: number;
  last_at: Millis; state_of_room: RoomState | null; waiting_on: 'team' | 'reporter' | null;
}
export interface AuditEntry {
  id: Id; at: Millis; actor: { kind: string; id: Id; name: string }; action: string;
  target: { kind: string; id: Id; name: string } | null; outcome: 'done' | 'denied'; detail: Record<string, unknown>; ip: string | null;
}

/** Free keys are kept as they are; these are the ones the app knows. */
export interface Preferences {
  theme?: 'system' | 'light' | 'dark';
  contrast?: 'system' | 'more';
  density?: 'comfortable' | 'compact';
  language?: string;
  send_key?: 'enter' | 'ctrl_enter';
  notify_desktop?: 'all' | 'mine' | 'none';
  notify_sound?: 'on' | 'off';
  /** Keys without Ctrl that act on what is shown (WCAG 2.1.4 wants a way to turn them off). */
  letter_keys?: 'on' | 'off';
  [key: string]: unknown;
}
export interface Desks { team: boolean; customers: boolean; security: boolean; admin: boolean }
export interface Me {
  member: Member; organization: Organization; session_id: Id; csrf: string; desks: Desks; preferences: Preferences;
}
export interface Counts {
  customers: { mine: number; unassigned: number; all: number };
  security: { new: number; open: number };
  threads: { unread: number; mentions: number };
}
export interface Boot {
  me: Me; members: Member[]; presence: Record<Id, PresenceState>; teams: Team[]; channels: Room[]; directs: Room[];
  inboxes: Inbox[]; programs: Program[]; drafts: Draft[]; counts: Counts;
  limits: { message: number; file: number; upload_count: number }; cursor: string;
}
export interface Page<T> { items: T[]; next: string | null }
export interface Window { items: Message[]; has_before: boolean; has_after: boolean }
export interface ThreadAnswer { root: Message; items: Message[]; following: boolean; read_number: number }
export interface ThreadItem { root: Message; room_id: Id; unread: number; mentions: number; following: boolean }
export interface SavedItem { message: Message; saved_at: Millis }
export interface InboxItem {
  kind: 'mention' | 'direct' | 'thread' | 'assigned' | 'report'; room_id: Id; message: Message | null; unread: number | boolean; at: Millis;
}
/** A timeline as far as a list names it. */
export interface Place { id: Id; kind: RoomKind; name: string }
export interface SearchHit { message: Message; room: Place; snippet_html: string }
export interface RoomMember { member_id: Id; role: 'member' | 'manager'; joined_at: Millis }
