/**
 * A seeded random walk over the API: people at random do something at random. What there is to do it to is remembered from
 * answers, never from the stores under test, so that a seed always means the same walk.
 */
import { ApiError, call } from '../src/lib/api.ts';
import type { Conversation, Id, Inbox, Message, Program, Room } from '../src/lib/types.ts';
import { as, type Person } from './person.ts';
import { customers, security } from './desks.ts';
import { house, team } from './team.ts';

export type Random = () => number;
/** mulberry32: small, and the same everywhere. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

interface Known { id: Id; room: Id; version: number; author: string; thread: Id | null; number: number }
interface Place { id: Id; kind: Room['kind']; members: Set<string>; open: boolean }
interface Visitor { token: string; key: string }
export type Step = [weight: number, name: string, run: (who: Person) => Promise<unknown>];

export const words = ['apple', 'bridge', 'cloud', 'delta', 'ember', 'fjord', 'grain', 'harbour', 'island', 'juniper'];
export const emojis = ['👍', '🎉', '❤️', '👀'];
/** Answers that are part of the walk: somebody tried what they may not, or what is no more. */
const expected = new Set(['invalid', 'forbidden', 'not_found', 'conflict', 'edit_conflict', 'gone', 'confirm_needed', 'rate_limited', 'unauthenticated']);

export class Walk {
  readonly log: string[] = [];
  done = 0;
  refused = 0;
  readonly rooms: Place[] = [];
  readonly messages: Known[] = [];
  readonly teams: Id[] = [];
  readonly inboxes: Inbox[] = [];
  readonly visitors: Visitor[] = [];
  readonly conversations: Id[] = [];
  readonly programs: Program[] = [];
  readonly reports: { id: Id; token: string }[] = [];
  /** Numbers what is made, so that no two are called the same. */
  made = 0;

  constructor(
    readonly people: Person[],
    /** Nobody leaves this channel, nobody closes it. */
    readonly commons: Room,
    /** The guest's own, with the owner in it; the same holds for it. */
    readonly lobby: Room,
    /** Without a store: they are suspended, brought back, and move between ranks. */
    readonly spare: Id,
    readonly random: Random,
  ) {
    const inside = (guests: boolean): Set<string> => new Set(people.filter((person) => (person.name === 'Gus') === guests).map((person) => person.name));
    this.rooms.push({ id: commons.id, kind: 'channel', members: inside(false), open: true });
    this.rooms.push({ id: lobby.id, kind: 'channel', members: inside(true).add('Owner'), open: false });
  }

  /** A room this person is always in. */
  home(who: Person): Room {
    return who.name === 'Gus' ? this.lobby : this.commons;
  }
  /** True for the rooms that stay as they are. */
  fixed(place: Place): boolean {
    return place.id === this.commons.id || place.id === this.lobby.id;
  }

  pick<T>(items: readonly T[]): T | undefined {
    return items[Math.floor(this.random() * items.length)];
  }
  chance(p: number): boolean {
    return this.random() < p;
  }
  text(): string {
    this.made += 1;
    const some = [this.pick(words), this.pick(words), this.made].join(' ');
    return this.chance(0.15) ? `**${some}** \`code\`` : some;
  }
  person(): Person {
    return this.pick(this.people)!;
  }
  member(place: Place): Person | undefined {
    return this.pick(this.people.filter((person) => place.members.has(person.name)));
  }
  /** Mostly one of those who began at a desk; else whoever has come along. */
  among(who: Person, names: string[]): Person {
    return this.chance(0.75) ? this.pick(this.people.filter((person) => names.includes(person.name)))! : who;
  }
  /** An inbox and a program with people in them, so that the desks are not empty for long. */
  async begin(): Promise<void> {
    const id = (name: string): Id => this.people.find((person) => person.name === name)!.id;
    const owner = this.people[0]!;
    const inbox = await this.try<Inbox>(owner, 'POST', '/inboxes', { kind: 'website', name: 'Site' });
    if (inbox) this.inboxes.push(inbox);
    for (const name of ['Mia', 'Agent']) await this.try(owner, 'PUT', `/inboxes/${inbox?.id}/members/${id(name)}`);
    const program = await this.try<Program>(owner, 'POST', '/programs', { name: 'Program', policy: 'Be *kind*.', member_ids: ['Admin', 'Mia', 'Gus'].map(id) });
    if (program) this.programs.push(program);
  }
  /** Somebody's room; mostly one they are in. */
  place(who: Person, kinds: Room['kind'][] = ['channel', 'direct']): Place | undefined {
    const of = this.rooms.filter((room) => kinds.includes(room.kind));
    return this.pick(this.chance(0.93) ? of.filter((room) => room.members.has(who.name)) : of);
  }
  message(who: Person, which: (message: Known) => boolean = () => true): Known | undefined {
    const mine = new Set(this.rooms.filter((room) => room.members.has(who.name)).map((room) => room.id));
    const there = this.messages.filter((message) => mine.has(message.room) && which(message));
    return this.pick(this.chance(0.7) ? there.slice(-12) : there);
  }
  note(message: Message, author: string): void {
    this.messages.push({ id: message.id, room: message.room_id, version: message.version, author, thread: message.thread_id, number: message.number });
  }

  /** One call, written down. What was refused answers undefined. */
  async try<T>(who: { name: string; token: string } | null, method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T | undefined> {
    const at = this.log.push('') - 1;
    const say = (end: string): void => {
      this.log[at] = `${who?.name ?? 'nobody'}: ${method} ${path} ${body === undefined ? '' : JSON.stringify(body)} → ${end}`;
    };
    say('…');
    try {
      const answer = await as(who?.token ?? '', () => call<T>(method, path, body === undefined ? {} : { body }));
      const id = (answer as { id?: string; number?: number } | undefined)?.id;
      say(`ok ${id ?? ''} ${(answer as { number?: number } | undefined)?.number ?? ''}`);
      this.done += 1;
      return answer ?? ({} as T);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      say(`${error.status} ${error.code}: ${error.message}`);
      if (!expected.has(error.code)) throw error;
      this.refused += 1;
      return undefined;
    }
  }
  /** The app's own way of doing it, with what it shows at once. */
  async app(who: Person, what: string, run: () => Promise<unknown>): Promise<void> {
    const at = this.log.push(`${who.name}: app ${what} → …`) - 1;
    try {
      await who.as(run);
      this.log[at] = `${who.name}: app ${what} → ok`;
      this.done += 1;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.log[at] = `${who.name}: app ${what} → ${error.status} ${error.code}: ${error.message}`;
      if (!expected.has(error.code)) throw error;
      this.refused += 1;
    }
  }

  async post(who: Person, place: Place, extra: Record<string, unknown> = {}): Promise<void> {
    let body = this.text();
    if (this.chance(0.25)) body = `@${this.handles.get(this.person().id) ?? 'nobody'} ${body}`;
    if (this.chance(0.06)) body = `@channel ${body}`;
    const said = await this.try<Message>(who, 'POST', `/rooms/${place.id}/messages`, { body, ...extra });
    if (said) this.note(said, who.name);
  }
  /** Handles as of the start: people may take others meanwhile, which is as good. */
  readonly handles = new Map<Id, string>();

  /** Who is in a room, asked by somebody who is. */
  async recount(place: Place): Promise<void> {
    for (const person of this.people) {
      const list = await person.call<{ items: { member_id: Id }[] }>('GET', `/rooms/${place.id}/members`).catch(() => null);
      if (!list) continue;
      const ids = new Set(list.items.map((one) => one.member_id));
      place.members = new Set(this.people.filter((one) => ids.has(one.id)).map((one) => one.name));
      return;
    }
    place.members = new Set();
  }

  async say(who: Person, room: Id, ring: string): Promise<void> {
    const root = this.chance(0.3) ? this.pick(this.messages.filter((one) => one.room === room)) : undefined;
    const said = await this.try<Message>(who, 'POST', `/rooms/${room}/messages`, { body: `${this.chance(0.2) ? `@${this.handles.get(this.person().id)} ` : ''}${this.text()}`, ring, ...(root ? { thread_id: root.id } : {}) });
    if (!said) return;
    this.note(said, who.name);
    if (this.chance(0.25)) await this.try(this.person(), 'PUT', `/messages/${said.id}/reactions/${encodeURIComponent('👍')}`);
    if (this.chance(0.15)) await this.try(who, 'PATCH', `/messages/${said.id}`, { body: `${this.text()} edited`, version: 1 });
    if (this.chance(0.2)) await this.try(who, 'DELETE', `/messages/${said.id}`);
  }

  /** A visitor's call; they speak to `/widget/v1`, which `call` does not know. */
  async widget<T>(token: string, key: string, path: string, body: unknown): Promise<T | undefined> {
    const answer = await as(token, () =>
      fetch(`/widget/v1/${key}${path}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
    );
    this.log.push(`visitor: POST ${path} ${JSON.stringify(body)} → ${answer.status}`);
    if (answer.status >= 500) throw new Error(`the widget answered ${answer.status}: ${await answer.text()}`);
    if (!answer.ok) {
      this.refused += 1;
      return undefined;
    }
    this.done += 1;
    const text = await answer.text();
    return (text ? JSON.parse(text) : {}) as T;
  }

  /** Conversations that visitors have begun, as the owner sees them. */
  async find(): Promise<void> {
    const page = await this.people[0]!.call<{ items: Conversation[] }>('GET', '/conversations?status=all&limit=200');
    for (const { id } of page.items) if (!this.conversations.includes(id)) this.conversations.push(id);
    this.conversations.sort((a, b) => page.items.findIndex((one) => one.id === b) - page.items.findIndex((one) => one.id === a));
  }

  private readonly all = [...team(this), ...house(this), ...customers(this), ...security(this)];
  /** Somebody does something. */
  async step(): Promise<void> {
    const { all: steps } = this;
    let at = this.random() * steps.reduce((sum, [weight]) => sum + weight, 0);
    const step = steps.find(([weight]) => (at -= weight) < 0) ?? steps[0]!;
    await step[2](this.person());
  }
}
