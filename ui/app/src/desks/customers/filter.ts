/** Which conversations a list shows, how that stands in the address, and in which order they come. Pure. */
import type { Conversation, ConversationStatus, Id } from '../../lib/types.ts';

export interface Filter {
  status: ConversationStatus | 'all';
  /** `any`, `me`, `none`, or a member's id. */
  assignee: string;
  inbox: Id | null;
}

export const statuses = ['open', 'pending', 'snoozed', 'resolved'] as const;
export const mine: Filter = { status: 'open', assignee: 'me', inbox: null };

/** Reads the query. Nothing said means: what is open and mine. */
export function parseFilter(param: (name: string) => string | null): Filter {
  const [status, assignee, inbox] = [param('status'), param('assignee'), param('inbox')];
  if (status === null && assignee === null && inbox === null) return mine;
  return { status: status === 'all' ? 'all' : (statuses.find((one) => one === status) ?? 'open'), assignee: assignee ?? 'any', inbox };
}

/** The query of a filter, with `?`; nothing for what is open and mine. */
export function filterQuery(filter: Filter): string {
  if (filterKey(filter) === filterKey(mine)) return '';
  const query = new URLSearchParams({ status: filter.status });
  if (filter.assignee !== 'any') query.set('assignee', filter.assignee);
  if (filter.inbox) query.set('inbox', filter.inbox);
  return `?${query.toString()}`;
}

export function filterKey(filter: Filter): string {
  return `${filter.status}|${filter.assignee}|${filter.inbox ?? ''}`;
}

export function matches(filter: Filter, conversation: Conversation, me: Id): boolean {
  const wanted = filter.assignee === 'me' ? me : filter.assignee;
  return (
    (filter.status === 'all' || conversation.status === filter.status) &&
    (wanted === 'any' || (wanted === 'none' ? conversation.assignee_id === null : conversation.assignee_id === wanted)) &&
    (filter.inbox === null || conversation.inbox_id === filter.inbox)
  );
}

export type Place = Pick<Conversation, 'last_at' | 'id'>;
/** The one written in last comes first; the same order the server pages by. */
export function order(a: Place, b: Place): number {
  return b.last_at - a.last_at || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
}
