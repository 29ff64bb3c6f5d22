/** What the desk's parts share: feeds, the list in view, the clock, and what is asked of the composer. */
import { router } from '../../lib/router.svelte.ts';
import { data } from '../../lib/store/index.ts';
import type { Conversation, Id, Ring } from '../../lib/types.ts';
import { Feeds, type Feed } from './feed.svelte.ts';
import { filterQuery, parseFilter, type Filter } from './filter.ts';

export const feeds = new Feeds(data);

export const currentFilter = (): Filter => parseFilter(router.param);
export const currentFeed = (): Feed => feeds.of(currentFilter());
export const conversationPath = (id: Id, filter: Filter = currentFilter()): string => `/customers/${id}${filterQuery(filter)}`;
export const listPath = (filter: Filter = currentFilter()): string => `/customers${filterQuery(filter)}`;

/** Contacts have pages of their own below this desk. */
export const CONTACTS = 'contacts';
export const contactsPath = (query = ''): string => `/customers/${CONTACTS}${query ? `?q=${encodeURIComponent(query)}` : ''}`;
export const contactPath = (id: Id, query = ''): string => `/customers/${CONTACTS}/${id}${query ? `?q=${encodeURIComponent(query)}` : ''}`;

/** The conversation before or after another in the list in view; the first when it is not in it. */
export function neighbour(id: Id | null, by: 1 | -1): Conversation | undefined {
  const items = currentFeed().items;
  const at = items.findIndex((conversation) => conversation.id === id);
  return at < 0 ? items[0] : items[at + by];
}

export const desk = $state({
  now: Date.now(),
  /** A dialog over the conversation in view. */
  dialog: null as null | { name: 'assign' | 'snooze' | 'share'; id: Id },
  /** Somebody pressed R or N: the composer takes it. */
  write: null as null | { ring: Ring },
});
