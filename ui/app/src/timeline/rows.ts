/** Turns messages into the rows of a timeline: days, the New line, grouping, and what is still on its way. Pure. */
import { dayStart } from '../lib/format.ts';
import type { Author, Message, Millis } from '../lib/types.ts';
import type { Pending } from '../lib/store/index.ts';

export type Row =
  | { kind: 'day'; key: string; at: Millis }
  | { kind: 'new'; key: string }
  | { kind: 'message'; key: string; message: Message; continued: boolean; pending: Pending | null };

/** Messages of one author closer than this stand under one name. */
export const GROUP_WITHIN = 5 * 60_000;

function continues(before: Message | null, message: Message): boolean {
  return (
    before !== null &&
    before.body.kind === 'markdown' &&
    message.body.kind === 'markdown' &&
    before.author.id === message.author.id &&
    before.author.kind === message.author.kind &&
    before.ring === message.ring &&
    message.created_at - before.created_at < GROUP_WITHIN
  );
}

/** A message on its way in the shape of one that has arrived; it has no number yet and no markup. */
function pendingMessage(pending: Pending, me: Author): Message {
  return {
    id: pending.key, room_id: pending.room_id, number: Number.MAX_SAFE_INTEGER, author: me, ring: pending.ring ?? 'everyone',
    thread_id: pending.thread_id, body: { kind: 'markdown', text: pending.body, html: '' }, created_at: pending.created_at,
    edited_at: null, version: 0, files: pending.files, reactions: [], mentions: { member_ids: [], channel: false }, thread: null,
    client_key: pending.key,
  };
}

export interface RowInput {
  messages: Message[];
  pending: Pending[];
  me: Author;
  /** The New line stands before the first message of others beyond this number; null for none. */
  newAfter: number | null;
  /** False in threads: no day headings. */
  days: boolean;
}

export function buildRows({ messages, pending, me, newAfter, days }: RowInput): Row[] {
  const rows: Row[] = [];
  let before: Message | null = null;
  let drawn = newAfter === null;
  const arrived = new Set(messages.map((message) => message.client_key));
  const waiting = pending.filter((entry) => !arrived.has(entry.key)).map((entry) => ({ message: pendingMessage(entry, me), entry }));
  for (const { message, entry } of [...messages.map((message) => ({ message, entry: null })), ...waiting]) {
    if (days && (before === null || dayStart(before.created_at) !== dayStart(message.created_at))) {
      rows.push({ kind: 'day', key: `day:${dayStart(message.created_at)}`, at: message.created_at });
      before = null;
    }
    if (!drawn && newAfter !== null && message.number > newAfter && message.author.id !== me.id) {
      rows.push({ kind: 'new', key: 'new' });
      drawn = true;
      before = null;
    }
    // One key from the first keystroke to the server's row, so that the row on screen stays the same element.
    const own: boolean = message.author.id === me.id && message.client_key !== null;
    rows.push({ kind: 'message', key: own ? `own:${message.client_key}` : message.id, message, continued: continues(before, message), pending: entry });
    before = message;
  }
  return rows;
}
