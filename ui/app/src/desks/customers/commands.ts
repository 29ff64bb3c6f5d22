/** Moving conversations on: shown at once, taken back when the server refuses, with a way back for the person. */
import { t, type Key } from '../../i18n/index.svelte.ts';
import { ApiError, get, patch } from '../../lib/api.ts';
import { go } from '../../lib/router.svelte.ts';
import { data } from '../../lib/store/index.ts';
import type { Contact, Conversation, Id, Millis } from '../../lib/types.ts';
import { toast } from '../../lib/ui.svelte.ts';
import { conversationPath, listPath, neighbour } from './desk.svelte.ts';

export type Change = Partial<Pick<Conversation, 'status' | 'assignee_id' | 'team_id' | 'priority' | 'snoozed_until'>>;

export function report(error: unknown): void {
  toast(t('error.action', { reason: error instanceof ApiError ? error.message : String(error) }));
}

export async function change(id: Id, body: Change): Promise<void> {
  const before = data.conversations.get(id);
  const since = data.clock;
  const shown = before ? { ...before, ...body } : undefined;
  if (shown) data.conversations.set(id, shown);
  try {
    data.putConversation(await patch<Conversation>(`/conversations/${id}`, body), since);
  } catch (error) {
    if (before && data.conversations.get(id) === shown) data.conversations.set(id, before);
    throw error;
  }
}

/** Changes and says so, with an undo that puts back what was there. */
export function changeWithUndo(id: Id, body: Change, said: string): void {
  const before = data.conversations.get(id);
  if (!before) return;
  const back: Change = {};
  if ('status' in body) {
    back.status = before.status;
    if (before.status === 'snoozed') back.snoozed_until = before.snoozed_until !== null && before.snoozed_until > Date.now() ? before.snoozed_until : null;
  }
  if ('assignee_id' in body) back.assignee_id = before.assignee_id;
  change(id, body).then(
    () => toast(said, { label: t('common.undo'), act: () => void change(id, back).catch(report) }),
    report,
  );
}

const said: Record<Conversation['status'], Key> = { open: 'cust.did.open', pending: 'cust.did.pending', snoozed: 'cust.did.snoozed', resolved: 'cust.did.resolved' };
export function setStatus(id: Id, status: Conversation['status']): void {
  changeWithUndo(id, { status }, t(said[status] as 'cust.did.open'));
}
export function snooze(id: Id, until: Millis | null): void {
  changeWithUndo(id, { status: 'snoozed', snoozed_until: until }, t('cust.did.snoozed'));
}
/** Resolves and goes on to the next in the list, or back to the list when it was the last. */
export function resolveAndNext(id: Id): void {
  const next = neighbour(id, 1) ?? neighbour(id, -1);
  setStatus(id, 'resolved');
  go(next && next.id !== id ? conversationPath(next.id) : listPath());
}
export function assign(id: Id, member: Id | null): void {
  changeWithUndo(id, { assignee_id: member }, member === null ? t('cust.did.unassigned') : t('cust.did.assigned', { name: data.members.get(member)?.name ?? '' }));
}

export async function changeContact(id: Id, body: Partial<Pick<Contact, 'name' | 'email' | 'phone' | 'attributes' | 'blocked'>>): Promise<void> {
  const contact = await patch<Contact>(`/contacts/${id}`, body);
  data.contacts.set(id, contact);
  for (const conversation of data.conversations.values()) {
    if (conversation.contact.id === id) data.conversations.set(conversation.id, { ...conversation, contact });
  }
}

/** Blocks or lets in again, and offers the way back. */
export function toggleBlocked({ id, blocked }: Contact): void {
  changeContact(id, { blocked: !blocked }).then(
    () => toast(blocked ? t('cust.did.unblocked') : t('cust.did.blocked'), { label: t('common.undo'), act: () => void changeContact(id, { blocked }).catch(report) }),
    report,
  );
}

const asked = new Set<Id>();
/** Fetches one conversation: opened by its address, or told of by an event that carries nobody's own state. */
export async function fetchConversation(id: Id): Promise<void> {
  if (asked.has(id)) return;
  asked.add(id);
  const since = data.clock;
  try {
    data.putConversation(await get<Conversation>(`/conversations/${id}`), since);
  } finally {
    asked.delete(id);
  }
}
