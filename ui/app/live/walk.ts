/**
 * A seeded random walk over the API: people at random do something at random. What there is to do it to is remembered from
 * answers, never from the stores under test, so that a seed always means the same walk.
 */
import { ApiError, call } from '../src/lib/api.ts';
import type { Conversation, FileInfo, Id, Inbox, Member, Message, Program, Report, Room, Team } from '../src/lib/types.ts';
import { as, type Person } from './person.ts';

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
type Step = [weight: number, name: string, run: (who: Person) => Promise<unknown>];

const words = ['apple', 'bridge', 'cloud', 'delta', 'ember', 'fjord', 'grain', 'harbour', 'island', 'juniper'];
const emojis = ['👍', '🎉', '❤️', '👀'];
/** Answers that are part of the walk: somebody tried what they may not, or what is no more. */
const expected = new Set(['invalid', 'forbidden', 'not_found', 'conflict', 'edit_conflict', 'gone', 'confirm_needed', 'rate_limited', 'unauthenticated']);

export class Walk {
  readonly log: string[] = [];
  done = 0;
  /** By name: how often it was somebody's turn to, and how often it went through. */
  readonly steps = new Map<string, [number, number]>();
  refused = 0;
  readonly rooms: Place[] = [];
  readonly messages: Known[] = [];
  readonly teams: Id[] = [];
  readonly inboxes: Inbox[] = [];
  readonly visitors: Visitor[] = [];
  readonly conversations: Id[] = [];
  readonly programs: Program[] = [];
  readonly reports: { id: Id; token: string }[] = [];
  private made = 0;

  constructor(
    readonly people: Person[],
    /** Nobody leaves this channel, nobody closes it. */
    readonly commons: Room,
    /** Without a store: they are suspended, brought back, and move between ranks. */
    readonly spare: Id,
    readonly random: Random,
  ) {
    this.rooms.push({ id: commons.id, kind: 'channel', members: new Set(people.map((person) => person.name)), open: true });
  }

  pick<T>(items: readonly T[]): T | undefined {
    return items[Math.floor(this.random() * items.length)];
  }
  private chance(p: number): boolean {
    return this.random() < p;
  }
  private text(): string {
    this.made += 1;
    const some = [this.pick(words), this.pick(words), this.made].join(' ');
    return this.chance(0.15) ? `**${some}** \`code\`` : some;
  }
  private person(): Person {
    return this.pick(this.people)!;
  }
  private member(place: Place): Person | undefined {
    return this.pick(this.people.filter((person) => place.members.has(person.name)));
  }
  /** Somebody's room; mostly one they are in. */
  private place(who: Person, kinds: Room['kind'][] = ['channel', 'direct']): Place | undefined {
    const of = this.rooms.filter((room) => kinds.includes(room.kind));
    return this.pick(this.chance(0.93) ? of.filter((room) => room.members.has(who.name)) : of);
  }
  private message(who: Person, which: (message: Known) => boolean = () => true): Known | undefined {
    const mine = new Set(this.rooms.filter((room) => room.members.has(who.name)).map((room) => room.id));
    const there = this.messages.filter((message) => mine.has(message.room) && which(message));
    return this.pick(this.chance(0.7) ? there.slice(-12) : there);
  }
  private note(message: Message, author: string): void {
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
  private async app(who: Person, what: string, run: () => Promise<unknown>): Promise<void> {
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

  private async post(who: Person, place: Place, extra: Record<string, unknown> = {}): Promise<void> {
    let body = this.text();
    if (this.chance(0.25)) body = `@${this.handles.get(this.person().id) ?? 'nobody'} ${body}`;
    if (this.chance(0.06)) body = `@channel ${body}`;
    const said = await this.try<Message>(who, 'POST', `/rooms/${place.id}/messages`, { body, ...extra });
    if (said) this.note(said, who.name);
  }
  /** Handles as of the start: people may take others meanwhile, which is as good. */
  readonly handles = new Map<Id, string>();

  private readonly team: Step[] = [
    [26, 'post', async (who) => {
      const place = this.place(who);
      if (place) await this.post(who, place);
    }],
    [5, 'post with a file', async (who) => {
      const place = this.place(who);
      if (!place) return;
      const answer = await who.as(() => fetch(`/api/portico/v1/files?name=note-${this.made}.txt`, { method: 'POST', body: `note ${this.made}` }));
      if (answer.status !== 201) return;
      await this.post(who, place, { file_ids: [((await answer.json()) as FileInfo).id] });
    }],
    [16, 'reply', async (who) => {
      const root = this.message(who);
      const place = root && this.rooms.find((room) => room.id === root.room);
      if (place) await this.post(who, place, { thread_id: root.id });
    }],
    [8, 'edit', async (who) => {
      const message = this.message(who, (one) => one.author === who.name);
      if (!message) return;
      const edited = await this.try<Message>(who, 'PATCH', `/messages/${message.id}`, { body: `${this.text()} edited`, version: message.version });
      if (edited) message.version = edited.version;
    }],
    [9, 'delete', async (who) => {
      const message = this.message(who, (one) => one.author === who.name);
      if (message) await this.try(who, 'DELETE', `/messages/${message.id}`);
    }],
    [14, 'react', async (who) => {
      const message = this.message(who);
      if (message) await this.try(who, this.chance(0.7) ? 'PUT' : 'DELETE', `/messages/${message.id}/reactions/${encodeURIComponent(this.pick(emojis)!)}`);
    }],
    [12, 'read', async (who) => {
      const message = this.message(who);
      if (!message) return;
      const number = this.chance(0.2) ? 1_000_000 : message.number - (this.chance(0.3) ? 1 : 0);
      if (this.chance(0.5)) await this.app(who, `read ${message.room} ${number}`, () => who.actions.read(message.room, number));
      else await this.try(who, 'POST', `/rooms/${message.room}/read`, { number });
    }],
    [6, 'thread', async (who) => {
      const reply = this.message(who, (one) => one.thread !== null);
      if (!reply?.thread) return;
      const change = this.chance(0.4) ? { following: this.chance(0.6) } : { read: this.chance(0.3) ? 0 : reply.number };
      await this.try(who, 'PUT', `/messages/${reply.thread}/thread`, change);
    }],
    [3, 'open a thread', async (who) => {
      const root = this.message(who, (one) => one.thread === null);
      if (root) await this.app(who, `loadThread ${root.id}`, () => who.actions.loadThread(root.id));
    }],
    [4, 'open a room', async (who) => {
      const place = this.place(who);
      if (place) await this.app(who, `load ${place.id}`, () => who.actions.load(place.id));
    }],
    [8, 'draft', async (who) => {
      const place = this.place(who);
      if (!place) return;
      const thread = this.chance(0.3) ? this.message(who, (one) => one.room === place.id && one.thread === null)?.id : undefined;
      await this.try(who, 'PUT', '/drafts', { room_id: place.id, thread_id: thread ?? null, body: this.chance(0.35) ? '' : this.text() });
    }],
    [6, 'save', async (who) => {
      const message = this.message(who);
      if (message) await this.try(who, this.chance(0.7) ? 'PUT' : 'DELETE', `/messages/${message.id}/save`);
    }],
    [6, 'state', async (who) => {
      const place = this.place(who);
      const change = this.pick([{ muted: this.chance(0.5) }, { starred: this.chance(0.5) }, { notify: this.pick(['all', 'mentions', 'none'] as const)! }])!;
      if (!place) return;
      if (this.chance(0.5)) await this.app(who, `roomState ${place.id} ${JSON.stringify(change)}`, () => who.actions.roomState(place.id, change));
      else await this.try(who, 'PATCH', `/rooms/${place.id}/state`, change);
    }],
    [4, 'create a channel', async (who) => {
      if (this.rooms.length > 14) return;
      const kind = this.chance(0.6) ? 'public' : 'private';
      const name = `${this.pick(words)!} ${++this.made}`;
      const room = await this.try<Room>(who, 'POST', '/channels', { name, kind, topic: this.chance(0.3) ? 'about it' : '', ...(this.chance(0.2) && this.teams[0] ? { team_id: this.teams[0] } : {}) });
      if (room) this.rooms.push({ id: room.id, kind: 'channel', members: new Set([who.name]), open: kind === 'public' });
    }],
    [3, 'open a direct', async (who) => {
      const ids = this.people.filter((other) => other !== who && this.chance(0.3)).slice(0, 3);
      const room = await this.try<Room>(who, 'POST', '/directs', { member_ids: ids.map((other) => other.id) });
      if (room && !this.rooms.some((other) => other.id === room.id)) {
        this.rooms.push({ id: room.id, kind: 'direct', members: new Set([who, ...ids].map((one) => one.name)), open: false });
      }
    }],
    [4, 'edit a room', async (who) => {
      const place = this.place(who, ['channel']);
      if (place) await this.try(who, 'PATCH', `/rooms/${place.id}`, this.pick([{ name: `${this.pick(words)!} ${++this.made}` }, { topic: this.text() }, { purpose: this.text() }]));
    }],
    [4, 'archive', async (who) => {
      const place = this.place(who, ['channel']);
      if (place && place.id !== this.commons.id) await this.try(who, 'PATCH', `/rooms/${place.id}`, { archived: this.chance(0.4) });
    }],
    [8, 'join', async (who) => {
      const place = this.pick(this.rooms.filter((room) => room.kind === 'channel' && !room.members.has(who.name)));
      if (!place) return;
      if (this.chance(0.5)) await this.app(who, `join ${place.id}`, () => who.actions.join(place.id));
      else await this.try(who, 'POST', `/rooms/${place.id}/members`, {});
      await this.recount(place);
    }],
    [8, 'invite', async (who) => {
      const place = this.place(who, ['channel']);
      const other = place && this.pick(this.people.filter((one) => !place.members.has(one.name)));
      if (!other) return;
      await this.try(who, 'POST', `/rooms/${place.id}/members`, { member_id: this.chance(0.1) ? this.spare : other.id });
      await this.recount(place);
    }],
    [4, 'leave', async (who) => {
      const place = this.place(who, ['channel']);
      if (!place || place.id === this.commons.id) return;
      if (this.chance(0.5)) await this.app(who, `leave ${place.id}`, () => who.actions.leave(place.id));
      else await this.try(who, 'DELETE', `/rooms/${place.id}/members/me`);
      await this.recount(place);
    }],
    [4, 'remove', async (who) => {
      const place = this.place(who, ['channel']);
      const other = place && this.member(place);
      if (!other || other === who || place.id === this.commons.id) return;
      await this.try(who, 'DELETE', `/rooms/${place.id}/members/${other.id}`);
      await this.recount(place);
    }],
    [3, 'who is in a room', async (who) => {
      const place = this.place(who);
      if (place) await this.app(who, `loadMembers ${place.id}`, () => who.actions.loadMembers(place.id));
    }],
  ];

  /** Who is in a room, asked by somebody who is. */
  private async recount(place: Place): Promise<void> {
    for (const person of this.people) {
      const list = await person.call<{ items: { member_id: Id }[] }>('GET', `/rooms/${place.id}/members`).catch(() => null);
      if (!list) continue;
      const ids = new Set(list.items.map((one) => one.member_id));
      place.members = new Set(this.people.filter((one) => ids.has(one.id)).map((one) => one.name));
      return;
    }
    place.members = new Set();
  }

  private readonly house: Step[] = [
    [4, 'profile', async (who) => {
      const change = this.pick([{ name: `${who.name} ${++this.made}` }, { status: { text: this.text(), emoji: '🌴' } }, { time_zone: 'Europe/Berlin' }, { language: 'de' }, { handle: `${who.name}-${++this.made}` }]);
      await this.try(who, 'PATCH', '/me', change);
    }],
    [2, 'presence', async (who) => void (await this.try(who, 'PUT', '/me/presence', { choice: this.pick(['auto', 'away', 'dnd', 'offline']) }))],
    [3, 'preferences', async (who) => {
      if (this.chance(0.5)) await this.app(who, 'preferences', () => who.actions.preferences({ density: this.chance(0.5) ? 'compact' : 'comfortable' }));
      else await this.try(who, 'PATCH', '/me', { preferences: { [this.pick(words)!]: this.chance(0.3) ? null : this.text() } });
    }],
    [1, 'organization', async () => void (await this.try(this.people[0]!, 'PATCH', '/organization', { name: `Acme ${++this.made}` }))],
    [4, 'rank', async () => {
      const who = this.people[this.chance(0.7) ? 0 : 1]!;
      const whom = this.chance(0.6) ? this.people[3]!.id : this.spare;
      await this.try<Member>(who, 'PATCH', `/members/${whom}`, { role: this.pick(['member', 'member', 'admin', 'guest']) });
    }],
    [2, 'suspend', async () => void (await this.try(this.people[0]!, 'PATCH', `/members/${this.spare}`, { suspended: this.chance(0.5) }))],
    [5, 'team', async () => {
      const who = this.people[this.chance(0.5) ? 0 : 1]!;
      const team = this.pick(this.teams);
      const whom = this.pick([...this.people.map((one) => one.id), this.spare]);
      if (!team || (this.teams.length < 3 && this.chance(0.3))) {
        const made = await this.try<Team>(who, 'POST', '/teams', { name: `Team ${++this.made}` });
        if (made) this.teams.push(made.id);
      } else if (this.chance(0.7)) await this.try(who, this.chance(0.6) ? 'PUT' : 'DELETE', `/teams/${team}/members/${whom}`);
      else if (this.chance(0.7)) await this.try(who, 'PATCH', `/teams/${team}`, { name: `Team ${++this.made}` });
      else if (await this.try(who, 'DELETE', `/teams/${team}`)) this.teams.splice(this.teams.indexOf(team), 1);
    }],
  ];

  private readonly customers: Step[] = [
    [3, 'inbox', async () => {
      const who = this.people[this.chance(0.7) ? 0 : 1]!;
      const inbox = this.pick(this.inboxes);
      if (!inbox || (this.inboxes.length < 2 && this.chance(0.4))) {
        const made = await this.try<Inbox>(who, 'POST', '/inboxes', { kind: 'website', name: `Site ${++this.made}` });
        if (made) this.inboxes.push(made);
      } else if (this.chance(0.4)) await this.try(who, 'PATCH', `/inboxes/${inbox.id}`, this.pick([{ greeting: this.text() }, { name: `Site ${++this.made}` }, { color: '#123456' }]));
      else await this.try(who, this.chance(0.7) ? 'PUT' : 'DELETE', `/inboxes/${inbox.id}/members/${this.pick(this.people)!.id}`);
    }],
    [9, 'visitor', async () => {
      const inbox = this.pick(this.inboxes);
      if (!inbox) return;
      const visitor = this.pick(this.visitors);
      if (!visitor || (this.visitors.length < 4 && this.chance(0.3))) {
        const begun = await this.widget<{ token: string }>('', inbox.key, '/visitor', { name: `Visitor ${++this.made}`, locale: 'en' });
        if (begun) this.visitors.push({ token: begun.token, key: inbox.key });
      } else if (this.chance(0.65)) {
        await this.widget(visitor.token, visitor.key, '/messages', { body: this.text() });
        await this.find();
      } else if (this.chance(0.5)) await this.widget(visitor.token, visitor.key, '/read', { number: 1 + Math.floor(this.random() * 8) });
      else if (this.chance(0.5)) await this.widget(visitor.token, visitor.key, '/page', { url: 'https://shop.example/cart', title: this.text() });
      else await this.widget(visitor.token, visitor.key, '/visitor', { token: visitor.token, name: `Visitor ${++this.made}`, email: `v${this.made}@example.com` });
    }],
    [9, 'answer', async (who) => {
      const id = this.pick(this.conversations);
      if (id) await this.say(who, id, this.chance(0.6) ? 'everyone' : 'team');
    }],
    [8, 'conversation', async (who) => {
      const id = this.pick(this.conversations);
      const change = this.pick([
        { status: this.pick(['open', 'pending', 'resolved', 'snoozed']) }, { assignee_id: this.chance(0.3) ? null : this.person().id },
        { priority: this.pick(['none', 'low', 'urgent']) }, { team_id: this.pick(this.teams) ?? null }, { snoozed_until: Date.now() + 3_600_000 },
      ]);
      if (id) await this.try<Conversation>(who, 'PATCH', `/conversations/${id}`, change);
    }],
    [3, 'contact', async (who) => {
      const id = this.pick(this.conversations);
      const conversation = id && (await who.call<Conversation>('GET', `/conversations/${id}`).catch(() => null));
      if (conversation) await this.try(who, 'PATCH', `/contacts/${conversation.contact.id}`, this.pick([{ name: `Contact ${++this.made}` }, { phone: '+49 30 1234567' }, { attributes: { plan: this.text() } }]));
    }],
    [2, 'share', async (who) => {
      const id = this.pick(this.conversations);
      const place = this.place(who, ['channel']);
      if (id && place) {
        const said = await this.try<Message>(who, 'POST', `/conversations/${id}/share`, { room_id: place.id, comment: this.text() });
        if (said) this.note(said, who.name);
      }
    }],
    [4, 'read a conversation', async (who) => {
      const id = this.pick([...this.conversations, ...this.reports.map((one) => one.id)]);
      if (id) await this.try(who, 'POST', `/rooms/${id}/read`, { number: Math.floor(this.random() * 12) });
    }],
  ];

  private readonly security: Step[] = [
    [2, 'program', async () => {
      const who = this.people[this.chance(0.6) ? 0 : 1]!;
      const program = this.pick(this.programs);
      if (!program || (this.programs.length < 2 && this.chance(0.3))) {
        const made = await this.try<Program>(who, 'POST', '/programs', { name: `Program ${++this.made}`, slug: `program-${this.made}`, policy: 'Be *kind*.', ...(this.chance(0.5) ? { member_ids: [this.people[1]!.id, this.people[2]!.id] } : {}) });
        if (made) this.programs.push(made);
      } else if (this.chance(0.4)) await this.try(this.person(), 'PATCH', `/programs/${program.slug}`, this.pick([{ intro: this.text() }, { policy: this.text() }, { name: `Program ${++this.made}` }]));
      else await this.try(this.person(), this.chance(0.65) ? 'PUT' : 'DELETE', `/programs/${program.slug}/members/${this.person().id}`);
    }],
    [3, 'report', async () => {
      const program = this.pick(this.programs);
      if (!program || this.reports.length > 8) return;
      const made = await this.try<{ key: string; tracking_url: string }>(null, 'POST', `/programs/${program.slug}/reports`, {
        title: `Hole ${++this.made}`, description: this.text(), steps: 'one, two', impact: 'much', versions: '1.0', name: 'Ree',
      });
      const token = made?.tracking_url.split('/').at(-1);
      if (!token) return;
      for (const person of this.people) {
        const found = await person.call<{ items: Report[] }>('GET', '/reports?state=all&limit=200').catch(() => null);
        const report = found?.items.find((one) => one.key === made?.key);
        if (report) {
          this.reports.push({ id: report.id, token });
          return;
        }
      }
    }],
    [3, 'reporter', async () => {
      const report = this.pick(this.reports);
      if (!report) return;
      if (this.chance(0.9)) await this.try({ name: 'reporter', token: report.token }, 'POST', '/reports/track/messages', { body: this.text() });
      else await this.try({ name: 'reporter', token: report.token }, 'POST', '/reports/track/close', {});
    }],
    [5, 'handle', async (who) => {
      const report = this.pick(this.reports);
      const change = this.pick([
        { state: this.pick(['needs_info', 'triaged', 'new']) }, { state: 'closed', close_reason: 'informative', message: this.text() },
        { severity: this.pick(['low', 'critical', null]) }, { assignee_id: this.chance(0.3) ? null : this.person().id }, { title: `Hole ${++this.made}` },
      ]);
      if (report) await this.try<Report>(who, 'PATCH', `/reports/${report.id}`, change);
    }],
    [5, 'write in a report', async (who) => {
      const report = this.pick(this.reports);
      if (report) await this.say(who, report.id, this.pick(['everyone', 'guests', 'team'])!);
    }],
  ];

  private async say(who: Person, room: Id, ring: string): Promise<void> {
    const root = this.chance(0.3) ? this.pick(this.messages.filter((one) => one.room === room)) : undefined;
    const said = await this.try<Message>(who, 'POST', `/rooms/${room}/messages`, { body: `${this.chance(0.2) ? `@${this.handles.get(this.person().id)} ` : ''}${this.text()}`, ring, ...(root ? { thread_id: root.id } : {}) });
    if (!said) return;
    this.note(said, who.name);
    if (this.chance(0.25)) await this.try(this.person(), 'PUT', `/messages/${said.id}/reactions/${encodeURIComponent('👍')}`);
    if (this.chance(0.15)) await this.try(who, 'PATCH', `/messages/${said.id}`, { body: `${this.text()} edited`, version: 1 });
    if (this.chance(0.2)) await this.try(who, 'DELETE', `/messages/${said.id}`);
  }

  /** A visitor's call; they speak to `/widget/v1`, which `call` does not know. */
  private async widget<T>(token: string, key: string, path: string, body: unknown): Promise<T | undefined> {
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
  private async find(): Promise<void> {
    const page = await this.people[0]!.call<{ items: Conversation[] }>('GET', '/conversations?status=all&limit=200');
    for (const { id } of page.items) if (!this.conversations.includes(id)) this.conversations.push(id);
    this.conversations.sort((a, b) => page.items.findIndex((one) => one.id === b) - page.items.findIndex((one) => one.id === a));
  }

  /** Somebody does something. */
  async step(): Promise<void> {
    const steps = [...this.team, ...this.house, ...this.customers, ...this.security];
    let at = this.random() * steps.reduce((sum, [weight]) => sum + weight, 0);
    const step = steps.find(([weight]) => (at -= weight) < 0) ?? steps[0]!;
    const before = this.done;
    await step[2](this.person());
    const [tried, went] = this.steps.get(step[1]) ?? [0, 0];
    this.steps.set(step[1], [tried + 1, went + (this.done > before ? 1 : 0)]);
  }
}
