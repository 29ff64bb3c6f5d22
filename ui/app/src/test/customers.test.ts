/** The customers desk without a browser: pages + events = a fresh fetch; filters, snooze times, collisions. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Feed, Feeds, type Ask } from '../desks/customers/feed.svelte.ts';
import { filterQuery, matches, mine, order, parseFilter, type Filter } from '../desks/customers/filter.ts';
import { answeredMeanwhile } from '../desks/customers/collision.ts';
import { fromLocalInput, inAnHour, nextMonday, toLocalInput, tomorrow } from '../desks/customers/snooze.ts';
import type { EventData, EventType, StreamEvent } from '../lib/events.ts';
import { apply } from '../lib/store/apply.ts';
import { Data } from '../lib/store/data.svelte.ts';
import type { Conversation, Message, RoomState } from '../lib/types.ts';
import { boot, contact, conversation, inbox, message, state } from './fixtures.ts';

const anybody = (status: Filter['status'] = 'open'): Filter => ({ status, assignee: 'any', inbox: null });

/** A small server: conversations with my own state, events without it, pages of `size`. */
class Server {
  held = new Map<string, Conversation>();
  asked = 0;
  constructor(readonly size = 4) {}
  ask: Ask = (_path, query) => {
    this.asked += 1;
    const filter: Filter = { status: query.status as Filter['status'], assignee: (query.assignee as string | null) ?? 'any', inbox: query.inbox as string | null };
    const found = [...this.held.values()].filter((one) => matches(filter, one, 'me')).sort(order);
    const from = query.cursor ? found.findIndex((one) => one.id === query.cursor) + 1 : 0;
    const items = found.slice(from, from + this.size);
    const last = items.at(-1);
    return Promise.resolve({ items: structuredClone(items), next: last && from + this.size < found.length ? last.id : null });
  };
  put(id: string, change: Partial<Conversation>): Conversation {
    const old = this.held.get(id) ?? conversation({ id, contact: { ...contact, id: `k-${id}` }, state: { ...state(), notify: 'all' } });
    const now = { ...old, ...change };
    this.held.set(id, now);
    return now;
  }
}

let data: Data;
let cursor = 0;
function told<T extends EventType>(type: T, event: EventData[T], room: string): void {
  cursor += 1;
  apply(data, { cursor: `c${cursor}`, type, room, data: event } as unknown as StreamEvent);
}
const shared = (one: Conversation): Conversation => ({ ...structuredClone(one), state: null });
const said = (room: string, number: number, change: Partial<Message> = {}): Message => message(`${room}-${number}`, number, { room_id: room, author: { kind: 'contact', id: `k-${room}`, name: 'Cleo' }, ...change });
const unread = (of: RoomState | null): RoomState => ({ ...(of ?? state()), unread: (of?.unread ?? 0) + 1 });

beforeEach(() => {
  data = new Data();
  data.load(boot({ inboxes: [{ ...inbox, member_ids: ['me'] }] }));
  cursor = 0;
});

describe('a feed', () => {
  it('with its pages and the events after them shows what a fresh one shows', async () => {
    const server = new Server();
    for (let at = 1; at <= 11; at += 1) server.put(`v${at}`, { last_at: at * 1000, last_number: 2, assignee_id: at % 3 === 0 ? 'me' : null });
    const feeds = [anybody(), mine, { ...anybody(), assignee: 'none' }, anybody('resolved')].map((filter) => new Feed(data, filter, server.ask));
    for (const feed of feeds) await feed.refresh();
    await feeds[0]?.more();
    expect(feeds[0]?.items).toHaveLength(8);

    // A contact writes in an old one that no page held; a new one begins; others are assigned, resolved, reopened, renamed.
    const wrote = (id: string, number: number, at: number): void => {
      const now = server.put(id, { last_number: number, last_at: at, waiting_since: at, state: unread(server.held.get(id)?.state ?? null) });
      told('message.posted', { message: said(id, number, { created_at: at }) }, id);
      told('conversation.updated', { conversation: shared(now) }, id);
    };
    wrote('v1', 3, 20_000);
    told('conversation.created', { conversation: shared(server.put('w1', { created_at: 21_000, last_at: 21_000 })) }, 'w1');
    wrote('w1', 1, 21_000);
    const moved = (id: string, change: Partial<Conversation>): void => told('conversation.updated', { conversation: shared(server.put(id, change)) }, id);
    moved('v11', { assignee_id: 'me' });
    moved('v9', { assignee_id: null });
    moved('v10', { status: 'resolved' });
    moved('v8', { status: 'snoozed', snoozed_until: 99_000 });
    moved('v7', { status: 'resolved' });
    moved('v7', { status: 'open' });
    const cleo = { ...contact, id: 'k-v6', name: 'Renamed' };
    server.put('v6', { contact: cleo });
    told('contact.updated', { contact: cleo }, 'v6');
    server.put('v5', { contact_read_number: 2 });
    told('contact.read', { room_id: 'v5', number: 2 }, 'v5');
    server.put('v4', { state: { ...state(), notify: 'all', read_number: 2 } });
    told('read.moved', { room_id: 'v4', state: { ...state(), notify: 'all', read_number: 2 } }, 'v4');

    for (const feed of feeds) {
      const fresh = new Data();
      fresh.load(boot());
      const again = new Feed(fresh, feed.filter, server.ask);
      await again.refresh();
      while (again.next && again.items.length < feed.items.length) await again.more();
      const shown = feed.items;
      // Own state of one never fetched cannot come by an event: it is asked for by itself.
      expect(shown.filter((one) => !one.state).every((one) => one.id === 'v1')).toBe(true);
      expect(shown.map((one) => ({ ...one, state: one.state ?? server.held.get(one.id)?.state }))).toEqual(again.items.slice(0, shown.length));
      expect(shown.length).toBeGreaterThan(0);
    }
    await feeds[0]?.more();
    expect(feeds[0]?.whole).toBe(true);
    expect(feeds[0]?.items.map((one) => one.id)).toEqual([...server.held.values()].filter((one) => one.status === 'open').sort(order).map((one) => one.id));
  });

  it('shows nothing that may have holes above it', async () => {
    const server = new Server(2);
    for (let at = 1; at <= 5; at += 1) server.put(`v${at}`, { last_at: at * 1000 });
    const feed = new Feed(data, anybody(), server.ask);
    await feed.refresh();
    data.putConversation(server.put('v1', {}), data.clock); // opened by its address; v2 and v3 are not here
    expect(feed.items.map((one) => one.id)).toEqual(['v5', 'v4']);
    await feed.more();
    await feed.more();
    expect(feed.items.map((one) => one.id)).toEqual(['v5', 'v4', 'v3', 'v2', 'v1']);
    expect(feed.next).toBeNull();
  });

  it('begins anew after a resync', async () => {
    const server = new Server();
    server.put('v1', {});
    const feed = new Feed(data, anybody(), server.ask);
    await feed.refresh();
    expect(feed.loaded).toBe(true);
    data.load(boot());
    expect(feed.loaded).toBe(false);
    expect(feed.items).toEqual([]);
    await feed.refresh();
    expect(feed.items).toHaveLength(1);
  });

  it('counts from the store where it holds everything, else by the server', async () => {
    const server = new Server(2);
    for (let at = 1; at <= 3; at += 1) server.put(`v${at}`, { last_at: at, assignee_id: at === 1 ? 'me' : null, inbox_id: at === 3 ? 'x2' : 'x1' });
    data.counts = { ...data.counts, customers: { mine: 7, unassigned: 8, all: 15 } };
    const feeds = new Feeds(data, server.ask);
    expect(feeds.count(mine)).toBe(7);
    expect(feeds.count({ ...anybody(), inbox: 'x1' })).toBeNull();
    expect(feeds.count(anybody('snoozed'))).toBeNull();
    await feeds.of(anybody()).refresh();
    expect(feeds.count(anybody())).toBe(15);
    await feeds.of(anybody()).more();
    expect(feeds.count(mine)).toBe(1);
    expect(feeds.count({ ...anybody(), inbox: 'x1' })).toBe(2);
    told('conversation.updated', { conversation: shared(server.put('v2', { assignee_id: 'me' })) }, 'v2');
    expect(feeds.count(mine)).toBe(2);
    expect(feeds.count({ ...anybody(), assignee: 'none' })).toBe(1);
  });
});

describe('late answers', () => {
  it('do not undo what an event told after they were asked for', () => {
    data.putConversation(conversation({ last_number: 1 }), data.clock);
    const since = data.clock;
    told('conversation.updated', { conversation: shared(conversation({ status: 'resolved', last_number: 2 })) }, 'v1');
    data.putConversation(conversation({ status: 'open', last_number: 1 }), since);
    expect(data.conversations.get('v1')?.status).toBe('resolved');
    data.putConversation(conversation({ status: 'pending', last_number: 2 }), data.clock);
    expect(data.conversations.get('v1')?.status).toBe('pending');
  });
  it('bring one’s own state to one that only events have told of, unless they are behind', () => {
    const since = data.clock;
    told('conversation.updated', { conversation: shared(conversation({ last_number: 5, priority: 'high' })) }, 'v1');
    data.putConversation(conversation({ last_number: 4, state: state({ unread: 4 }) }), since);
    expect(data.conversations.get('v1')?.state).toBeNull();
    data.putConversation(conversation({ last_number: 5, state: state({ unread: 5 }) }), since);
    expect(data.conversations.get('v1')).toMatchObject({ priority: 'high', state: { unread: 5 } });
  });
});

describe('inboxes', () => {
  it('bring the desk with the first and take it with the last, and with it what they held', () => {
    const member = { ...boot().me.member, role: 'member' as const };
    data.load(boot({ me: { ...boot().me, member, desks: { team: true, customers: false, security: false, admin: false } }, inboxes: [] }));
    told('member.joined', { inbox_id: 'x1', member_id: 'me' }, 'x1');
    told('inbox.updated', { inbox: { ...inbox, member_ids: ['me'] } }, 'x1');
    expect(data.me?.desks.customers).toBe(true);
    told('conversation.created', { conversation: shared(conversation()) }, 'v1');
    expect(data.conversations.get('v1')?.state).toMatchObject({ member: true, unread: 0 });
    told('member.left', { inbox_id: 'x1', member_id: 'me' }, 'x1');
    expect(data.me?.desks.customers).toBe(false);
    expect([data.inboxes.size, data.conversations.size]).toEqual([0, 0]);
  });
  it('keep their snippet, which events do not carry', () => {
    data.inboxes.set('x1', { ...inbox, snippet: '<script>' });
    told('inbox.updated', { inbox: { ...inbox, name: 'Shop', snippet: undefined as unknown as string } }, 'x1');
    expect(data.inboxes.get('x1')).toMatchObject({ name: 'Shop', snippet: '<script>' });
  });
});

describe('filters', () => {
  it('stand in the address and come back from it', () => {
    const of = (query: string): Filter => parseFilter((name) => new URLSearchParams(query).get(name));
    expect(of('')).toEqual(mine);
    expect(filterQuery(mine)).toBe('');
    for (const filter of [anybody(), anybody('all'), { status: 'resolved', assignee: 'm1', inbox: 'x1' } as Filter, { ...anybody(), assignee: 'none' }, { ...mine, inbox: 'x1' }]) {
      expect(of(filterQuery(filter))).toEqual(filter);
    }
    expect(of('status=nonsense').status).toBe('open');
  });
});

describe('snooze', () => {
  it('knows tomorrow and the next Monday at nine', () => {
    const saturday = new Date(2026, 10, 21, 23, 30).getTime();
    expect(new Date(tomorrow(saturday))).toEqual(new Date(2026, 10, 22, 9, 0));
    expect(new Date(nextMonday(saturday))).toEqual(new Date(2026, 10, 23, 9, 0));
    expect(new Date(nextMonday(new Date(2026, 10, 23, 8, 0).getTime()))).toEqual(new Date(2026, 10, 30, 9, 0));
    expect(new Date(nextMonday(new Date(2026, 10, 22, 8, 0).getTime()))).toEqual(new Date(2026, 10, 23, 9, 0));
    expect(inAnHour(5)).toBe(3_600_005);
  });
  it('reads what its field writes', () => {
    const at = new Date(2026, 6, 1, 9, 0).getTime();
    expect(toLocalInput(at)).toBe('2026-07-01T09:00');
    expect(fromLocalInput(toLocalInput(at))).toBe(at);
    expect(fromLocalInput('')).toBeNull();
  });
});

describe('a collision', () => {
  const ben = { kind: 'member' as const, id: 'ben', name: 'Ben' };
  it('is a colleague’s answer since one began, nothing else', () => {
    const before = said('v1', 4, { author: ben });
    const own = said('v1', 6, { author: { ...ben, id: 'me' } });
    const note = said('v1', 7, { author: ben, ring: 'team' });
    const theirs = said('v1', 8);
    const elsewhere = said('v2', 9, { author: ben });
    const system = said('v1', 10, { author: { kind: 'system', id: null, name: '' }, body: { kind: 'system', event: 'assigned', params: {} } });
    const all = [before, own, note, theirs, elsewhere, system];
    expect(answeredMeanwhile(all, 'v1', { number: 5 }, 'me')).toBeNull();
    const answer = said('v1', 11, { author: ben });
    expect(answeredMeanwhile([answer, ...all], 'v1', { number: 5 }, 'me')).toBe(answer);
    expect(answeredMeanwhile([answer, ...all], 'v1', { at: 11_000 }, 'me')).toBeNull();
    expect(answeredMeanwhile([answer, ...all], 'v1', { at: 10_999 }, 'me')).toBe(answer);
  });
});
