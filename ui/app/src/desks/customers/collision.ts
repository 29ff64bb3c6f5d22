/** Did somebody else answer the contact while this answer was being written? Pure. */
import type { Id, Message, Millis } from '../../lib/types.ts';

/** Where the writer began: the number of the newest message then, or the time of a draft that was brought back. */
export type Begun = { number: number } | { at: Millis };

/** The newest answer of a colleague since then; null when there is none. */
export function answeredMeanwhile(messages: Iterable<Message>, room: Id, begun: Begun, me: Id): Message | null {
  let found: Message | null = null;
  for (const message of messages) {
    if (message.room_id !== room || message.ring !== 'everyone' || message.body.kind !== 'markdown') continue;
    if ((message.author.kind !== 'member' && message.author.kind !== 'bot') || message.author.id === me) continue;
    const later = 'number' in begun ? message.number > begun.number : message.created_at > begun.at;
    if (later && message.number > (found?.number ?? 0)) found = message;
  }
  return found;
}
