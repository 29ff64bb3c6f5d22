/** How contacts, conversations and times of this desk are called. Reads the store; changes nothing. */
import { locale, t } from '../../i18n/index.svelte.ts';
import { clock, shortDate } from '../../lib/format.ts';
import { memberName } from '../../lib/rooms.ts';
import { data } from '../../lib/store/index.ts';
import type { Contact, Conversation, ConversationStatus, Millis } from '../../lib/types.ts';

export function contactName(contact: Pick<Contact, 'name' | 'display_id'>): string {
  return contact.name || t('cust.visitor', { number: String(contact.display_id) });
}
/** What one calls somebody in a sentence. */
export function shortContact(contact: Contact): string {
  return contact.name ? (contact.name.split(/\s+/)[0] ?? contact.name) : t('cust.theVisitor');
}

export const priorities = ['none', 'low', 'medium', 'high', 'urgent'] as const;
export const statusWord = (status: ConversationStatus): string => t(`cust.status.${status}`);
export const priorityWord = (priority: Conversation['priority']): string => t(`cust.priority.${priority}`);

/** The class of the dot before a status word. */
export const statusClass: Record<ConversationStatus, string> = { open: 'open', pending: 'pending', snoozed: 'closed', resolved: 'done' };

/** "Snoozed until Tue 09:00", "Snoozed until a reply", or the plain word. */
export function statusLine(conversation: Conversation): string {
  if (conversation.status !== 'snoozed') return statusWord(conversation.status);
  const until = conversation.snoozed_until;
  return until === null ? t('cust.snoozed.reply') : t('cust.snoozed.until', { time: whenBack(until) });
}

/** A moment to come: the hour alone today, else with its day. */
export function whenBack(at: Millis, now: Millis = Date.now()): string {
  if (new Date(at).toDateString() === new Date(now).toDateString()) return clock(at);
  const day = new Intl.DateTimeFormat(locale() === 'en' ? 'en-GB' : locale(), { weekday: 'short', day: 'numeric', month: 'short' }).format(at);
  return `${day}, ${clock(at)}`;
}

/** `12 min`, `3 hr`, `2 days`. */
export function duration(span: number): string {
  const minutes = Math.max(0, Math.floor(span / 60_000));
  const [value, unit] = minutes < 60 ? [minutes, 'minute'] : minutes < 2_880 ? [Math.floor(minutes / 60), 'hour'] : [Math.floor(minutes / 1_440), 'day'];
  return new Intl.NumberFormat(locale(), { style: 'unit', unit: unit as string, unitDisplay: 'short' }).format(value as number);
}

/** The newest words in a list, with who wrote them where that is not the contact. */
export function snippet(conversation: Conversation): string {
  const last = conversation.last_message;
  if (!last) return t('cust.noMessage');
  const text = last.text || t('cust.file');
  if (last.author_kind === 'contact') return text;
  const me = data.members.get(data.myId)?.name === last.author_name;
  return t('cust.said', { name: me ? t('cust.you') : (last.author_name.split(/\s+/)[0] ?? last.author_name), text });
}

export const assigneeName = (id: string | null): string => (id === null ? t('cust.nobody') : id === data.myId ? t('cust.you') : memberName(id));

/** The clock where somebody is; nothing when their zone is unknown to this browser. */
export function timeIn(zone: string | null, now: Millis): string | null {
  if (!zone) return null;
  try {
    return new Intl.DateTimeFormat(locale() === 'en' ? 'en-GB' : locale(), { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: zone }).format(now);
  } catch {
    return null;
  }
}

export function languageName(code: string): string {
  try {
    return new Intl.DisplayNames([locale()], { type: 'language' }).of(code) ?? code;
  } catch {
    return code;
  }
}

/** A page's address if it is one that may be linked to. */
export function safeUrl(url: string): string | null {
  try {
    const parsed = new URL(url);
    return parsed.protocol === 'https:' || parsed.protocol === 'http:' ? parsed.href : null;
  } catch {
    return null;
  }
}

export { shortDate };
