/**
 * Lists of conversations. A feed fetches pages and remembers how far down it has got; what it shows is read from the store,
 * so that events move conversations in, up and out without another fetch: pages + events = a fresh fetch.
 */
import { ApiError, get } from '../../lib/api.ts';
import type { Data } from '../../lib/store/index.ts';
import type { Conversation, Page } from '../../lib/types.ts';
import { filterKey, matches, order, statuses, type Filter, type Place } from './filter.ts';

const PAGE = 200;
export type Ask = (path: string, query: Record<string, string | number | null>) => Promise<Page<Conversation>>;

export class Feed {
  loading = $state(false);
  error = $state.raw<ApiError | null>(null);
  next = $state.raw<string | null>(null);
  /** The last one fetched: below it conversations may be missing. Null: everything is here. */
  private floor = $state.raw<Place | null>(null);
  /** The boot whose store holds what was fetched; 0 before the first fetch. */
  private epoch = $state(0);
  private turn = 0;

  constructor(
    private readonly data: Data,
    readonly filter: Filter,
    private readonly ask: Ask = get,
  ) {}

  /** False before the first answer, and again after a resync. */
  get loaded(): boolean {
    return this.epoch !== 0 && this.epoch === this.data.loads;
  }
  /** Every matching conversation is in the store. */
  get whole(): boolean {
    return this.loaded && this.floor === null;
  }
  get items(): Conversation[] {
    if (!this.loaded) return [];
    const { floor } = this;
    return [...this.data.conversations.values()]
      .filter((conversation) => matches(this.filter, conversation, this.data.myId) && (floor === null || order(conversation, floor) <= 0))
      .sort(order);
  }

  refresh(): Promise<void> {
    return this.fetch(null);
  }
  async more(): Promise<void> {
    if (this.next && !this.loading) await this.fetch(this.next);
  }

  private async fetch(cursor: string | null): Promise<void> {
    const turn = ++this.turn;
    const since = this.data.clock;
    const epoch = this.data.loads;
    const { status, assignee, inbox } = this.filter;
    this.loading = true;
    try {
      const page = await this.ask('/conversations', { status, assignee: assignee === 'any' ? null : assignee, inbox, cursor, limit: PAGE });
      if (turn !== this.turn || epoch !== this.data.loads) return;
      for (const conversation of page.items) this.data.putConversation(conversation, since);
      this.next = page.next;
      this.floor = page.next ? (page.items.at(-1) ?? this.floor) : null;
      this.epoch = epoch;
      this.error = null;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (turn === this.turn) this.error = error;
    } finally {
      if (turn === this.turn) this.loading = false;
    }
  }
}

/** One feed per filter, kept while the page lives. */
export class Feeds {
  private known = new Map<string, Feed>();
  constructor(
    private readonly data: Data,
    private readonly ask?: Ask,
  ) {
    // Made here and not when first counted: a reaction does not follow what it has made itself.
    for (const status of [...statuses, 'all'] as const) this.of({ status, assignee: 'any', inbox: null });
  }

  of(filter: Filter): Feed {
    const key = filterKey(filter);
    let feed = this.known.get(key);
    if (!feed) this.known.set(key, (feed = new Feed(this.data, filter, this.ask)));
    return feed;
  }

  /** How many match, where the store can tell; null where only the server could. */
  count(filter: Filter): number | null {
    const around = [filter, { ...filter, assignee: 'any' }, { ...filter, assignee: 'any', inbox: null }];
    if (around.some((one) => this.known.get(filterKey(one))?.whole)) {
      let count = 0;
      for (const conversation of this.data.conversations.values()) if (matches(filter, conversation, this.data.myId)) count += 1;
      return count;
    }
    if (filter.status !== 'open' || filter.inbox !== null) return null;
    const { mine, unassigned, all } = this.data.counts.customers;
    return { me: mine, none: unassigned, any: all }[filter.assignee] ?? null;
  }
}
