/** Lists the server derives: what needs me, threads, saved. Fetched whole and asked for again when events say so. */
import { ApiError, get } from '../api.ts';
import type { InboxItem, Member, Page, SavedItem, ThreadItem } from '../types.ts';
import type { Data, Stale } from './data.svelte.ts';

/** One fetched list with the usual states. */
export class List<T> {
  items = $state.raw<T[]>([]);
  next = $state.raw<string | null>(null);
  loaded = $state(false);
  loading = $state(false);
  error = $state.raw<ApiError | null>(null);
  private turn = 0;

  constructor(
    private readonly path: () => string,
    /** Puts the things into the store; `since` is the clock when the fetch began. */
    private readonly took: (items: T[], since: number) => void = () => {},
    private readonly clock: () => number = () => 0,
  ) {}

  /** The first page anew; what was shown stays until it is here. */
  async refresh(): Promise<void> {
    const turn = ++this.turn;
    this.loading = true;
    const since = this.clock();
    try {
      const page = await get<Page<T>>(this.path());
      if (turn !== this.turn) return;
      this.took(page.items, since);
      this.items = page.items;
      this.next = page.next;
      this.loaded = true;
      this.error = null;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (turn === this.turn) this.error = error;
    } finally {
      if (turn === this.turn) this.loading = false;
    }
  }

  async more(): Promise<void> {
    if (!this.next || this.loading) return;
    const turn = ++this.turn;
    this.loading = true;
    const since = this.clock();
    try {
      const separator = this.path().includes('?') ? '&' : '?';
      const page = await get<Page<T>>(`${this.path()}${separator}cursor=${encodeURIComponent(this.next)}`);
      if (turn !== this.turn) return;
      this.took(page.items, since);
      this.items = [...this.items, ...page.items];
      this.next = page.next;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (turn === this.turn) this.error = error;
    } finally {
      if (turn === this.turn) this.loading = false;
    }
  }
}

export class Lists {
  inbox: List<InboxItem>;
  threads: List<ThreadItem>;
  saved: List<SavedItem>;

  constructor(private readonly data: Data) {
    const clock = (): number => data.clock;
    const inbox = (items: InboxItem[], since: number): void => {
      for (const item of items) if (item.message) data.put(item.message, since);
    };
    const threads = (items: ThreadItem[], since: number): void => {
      for (const { root, room_id, following, unread, mentions } of items) {
        data.put(root, since);
        data.putThread({ thread_id: root.id, room_id, following, unread, mentions }, since);
      }
    };
    const saved = (items: SavedItem[], since: number): void => {
      for (const { message } of items) {
        data.put(message, since);
        data.keep(message.id, true, since);
      }
    };
    this.inbox = new List<InboxItem>(() => '/inbox?limit=100', inbox, clock);
    this.threads = new List<ThreadItem>(() => '/threads?limit=50', threads, clock);
    this.saved = new List<SavedItem>(() => '/saved?limit=100', saved, clock);
  }

  /** Says whether it went through. */
  async refresh(what: Stale): Promise<boolean> {
    if (what === 'inbox') {
      await this.inbox.refresh();
      return !this.inbox.error;
    }
    if (what === 'saved') {
      const since = this.data.clock;
      await this.saved.refresh();
      if (this.saved.error || this.saved.next) return !this.saved.error;
      // The whole list: what is not in it can be seen no more.
      const there = new Set(this.saved.items.map((item) => item.message.id));
      for (const id of [...this.data.saved]) if (!there.has(id)) this.data.keep(id, false, since);
      return true;
    }
    if (what === 'customers') {
      try {
        const none = { mine: 0, unassigned: 0, all: 0 };
        const customers = this.data.me?.desks.customers ? await get<typeof none>('/conversations/counts') : none;
        this.data.counts = { ...this.data.counts, customers };
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        return false;
      }
      return true;
    }
    if (what === 'people') return this.people();
    if (what !== 'threads') return true;
    const since = this.data.clock;
    await this.threads.refresh();
    if (this.threads.error) return false;
    if (!this.threads.next) {
      const there = new Set(this.threads.items.map((item) => item.root.id));
      for (const [id, { following }] of this.data.threadStates) {
        if (following && !there.has(id)) this.data.putThread({ thread_id: id, following: false, unread: 0, mentions: 0 }, since);
      }
    }
    const unread = this.threads.items.filter((item) => item.following && item.unread > 0);
    const mentions = unread.reduce((sum, item) => sum + item.mentions, 0);
    this.data.counts = { ...this.data.counts, threads: { unread: unread.length, mentions } };
    return true;
  }

  /** Everybody I may know; whom events have told of since, I know better. */
  private async people(): Promise<boolean> {
    try {
      let cursor: string | null = null;
      do {
        const since = this.data.clock;
        const page: Page<Member> = await get<Page<Member>>('/members', { limit: 200, cursor });
        for (const member of page.items) if (!this.data.told(`member:${member.id}`, since)) this.data.members.set(member.id, member);
        cursor = page.next;
      } while (cursor);
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return false;
    }
  }
}
