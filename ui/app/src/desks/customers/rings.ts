/** Reply or note in a conversation. A text begun as a note stays one: it must not become an answer by being looked at again. */
import { conversationRings, type RingChoice } from '../../composer/rings.ts';
import { t } from '../../i18n/index.svelte.ts';
import { data, drafts } from '../../lib/store/index.ts';
import type { Contact, Id, Ring } from '../../lib/types.ts';
import { contactName, shortContact } from './words.ts';

export function conversationChoices(contact: Contact, inbox: string): RingChoice[] {
  const me = data.me?.member.name.split(/\s+/)[0] ?? '';
  return conversationRings(contactName(contact)).map((choice) =>
    choice.ring === 'everyone' ? { ...choice, send: t('comp.sendTo', { name: shortContact(contact) }), who: t('cust.as', { inbox, me }) } : { ...choice, who: t('cust.onlyTeam') },
  );
}

const name = (room: Id): string => `portico.note.${room}`;

/** How the draft of a room was being written; null (reply) when there is none. */
export function keptRing(room: Id): Ring | null {
  try {
    return drafts.body(room, null) !== '' && localStorage.getItem(name(room)) ? 'team' : null;
  } catch {
    return null;
  }
}
export function keepRing(room: Id, ring: Ring | null): void {
  try {
    if (ring === 'team') localStorage.setItem(name(room), '1');
    else localStorage.removeItem(name(room));
  } catch {
    // Without storage the switch starts at Reply; the send button still names the reader.
  }
}
