/** What this desk adds to the switcher: conversations of the store, and contacts that are asked for while one types. */
import { rank } from '../../composer/suggest.ts';
import { t } from '../../i18n/index.svelte.ts';
import { ApiError, get } from '../../lib/api.ts';
import { go } from '../../lib/router.svelte.ts';
import { data } from '../../lib/store/index.ts';
import type { Contact, Conversation, Page } from '../../lib/types.ts';
import { toast } from '../../lib/ui.svelte.ts';
import type { Group, Source } from '../../shell/switcher.ts';
import { contactPath, feeds } from './desk.svelte.ts';
import { order } from './filter.ts';
import { finder } from './finder.svelte.ts';
import { contactName, snippet, statusWord } from './words.ts';

const openFeed = (): ReturnType<typeof feeds.of> => feeds.of({ status: 'open', assignee: 'any', inbox: null });

async function openContact(contact: Contact): Promise<void> {
  try {
    const since = data.clock;
    const page = await get<Page<Conversation>>(`/contacts/${contact.id}/conversations`, { limit: 1 });
    const newest = page.items[0];
    if (!newest) return go(contactPath(contact.id));
    data.putConversation(newest, since);
    go(`/customers/${newest.id}`);
  } catch (error) {
    toast(t('error.action', { reason: error instanceof ApiError ? error.message : '' }));
  }
}

export const customersSource: Source = {
  prepare(query) {
    if (!data.me?.desks.customers) return;
    const feed = openFeed();
    if (!feed.loaded && !feed.loading) void feed.refresh();
    finder.look(query);
  },
  groups(query) {
    if (!data.me?.desks.customers || !query) return [];
    const match = (one: Conversation): number => Math.min(rank(query, contactName(one.contact), one.contact.email ?? ''), `#${one.display_id}` === query ? 0 : 3);
    const found = [...data.conversations.values()].filter((one) => match(one) < 3).sort((a, b) => match(a) - match(b) || order(a, b)).slice(0, 5);
    const talks: Group = {
      key: 'conversations',
      title: t('cust.conversations'),
      options: found.map((one) => ({
        key: one.id, name: contactName(one.contact), icon: 'customers', note: one.status === 'open' ? snippet(one).slice(0, 40) : statusWord(one.status), act: () => go(`/customers/${one.id}`),
      })),
    };
    const known = new Set(found.map((one) => one.contact.id));
    const contacts: Group = {
      key: 'contacts',
      title: t('cust.contacts'),
      options: finder.found(query).filter((one) => !known.has(one.id)).slice(0, 5).map((one) => ({
        key: `contact-${one.id}`, name: contactName(one), icon: 'user', ...(one.email && { note: one.email }), act: () => void openContact(one),
      })),
    };
    return [talks, contacts];
  },
};
