/** The choices of a composer that can write to more than one circle of readers, and the sets the desks use. */
import type { IconName } from '@portico/kit/icons.ts';
import { t } from '../i18n/index.svelte.ts';
import type { Ring } from '../lib/types.ts';

export interface RingChoice {
  ring: Ring;
  /** Word on the switch. */
  label: string;
  icon: IconName;
  /** Label and placeholder of the text field. */
  field: string;
  /** Word on the send button; the paper plane alone when missing. */
  send?: string;
  /** Who will read it, at the end of the line. */
  who?: string;
}

/** A conversation: Reply to the contact, or a Note the contact never sees. */
export function conversationRings(contact: string): RingChoice[] {
  return [
    { ring: 'everyone', label: t('comp.ring.reply'), icon: 'globe', field: t('comp.replyTo', { name: contact }), who: t('tl.ring.everyone') },
    { ring: 'team', label: t('comp.ring.note'), icon: 'lock', field: t('comp.noteTo', { name: contact }), send: t('comp.sendNote'), who: t('tl.ring.team') },
  ];
}

/** A report (`reporter` empty for an anonymous one): everyone including the reporter, guests if the program has any, or the team alone. The send button names the reader. */
export function reportRings(reporter: string, guests: boolean): RingChoice[] {
  return [
    { ring: 'everyone', label: t('comp.ring.everyone'), icon: 'globe', field: reporter ? t('report.comp.write', { name: reporter }) : t('report.comp.writeAnonymous'), send: t('report.comp.send'), who: t('report.comp.who') },
    ...(guests ? [{ ring: 'guests', label: t('comp.ring.guests'), icon: 'users', field: t('comp.toGuests'), send: t('comp.sendGuests'), who: t('report.comp.who.guests') } as const] : []),
    { ring: 'team', label: t('report.comp.team'), icon: 'lock', field: t('report.comp.note'), send: t('comp.sendNote'), who: t('report.comp.who.team') },
  ];
}
