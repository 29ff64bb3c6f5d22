/**
 * The law: first state + events = fresh state. Real stores of real people, kept by the real server's stream through a random
 * walk over the API, with lost connections and a killed server, are compared with what the server says anew.
 *   LAW_SEEDS=1,2,3 LAW_STEPS=400 npm run test:live -w app
 */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Room } from '../src/lib/types.ts';
import { compare, compareDerived } from './compare.ts';
import { as, browse, Person } from './person.ts';
import { Server } from './server.ts';
import { seeded, Walk } from './walk.ts';
import { call } from '../src/lib/api.ts';

const seeds = (process.env.LAW_SEEDS ?? '7,19,42').split(',').map(Number);
const STEPS = Number(process.env.LAW_STEPS ?? 400);
const BETWEEN = 25;

const servers: Server[] = [];
afterAll(async () => {
  for (const server of servers) await server.remove();
});

interface SignedIn { token: string; member: { id: string } }
const post = <T>(token: string, path: string, body: unknown): Promise<T> => as(token, () => call<T>('POST', path, { body }));

/** An organization with six people who look, and one who is moved about. */
async function settle(server: Server, random: () => number): Promise<Walk> {
  const password = 'correct horse battery';
  const owner = await post<SignedIn>('', '/setup', { code: server.code, organization: 'Acme', owner: { name: 'Owner', email: 'owner@example.org', password } });
  const commons = await post<Room>(owner.token, '/channels', { name: 'Commons', kind: 'public' });
  const people = [new Person('Owner', owner.member.id, owner.token)];
  let spare = '';
  // The guest begins in a place of their own and comes to know the others by and by.
  const lobby = await post<Room>(owner.token, '/channels', { name: 'Lobby', kind: 'private' });
  for (const [name, role] of [['Admin', 'admin'], ['Mia', 'member'], ['Max', 'member'], ['Gus', 'guest'], ['Agent', 'member'], ['Spare', 'member']] as const) {
    const { code } = await post<{ code: string }>(owner.token, '/invites', { role, channel_ids: [role === 'guest' ? lobby.id : commons.id] });
    const joined = await post<SignedIn>('', `/invites/${code}/accept`, { name, email: `${name.toLowerCase()}@example.org`, password });
    if (name === 'Spare') spare = joined.member.id;
    else people.push(new Person(name, joined.member.id, joined.token));
  }
  for (const person of people) await person.boot();
  for (const person of people) await person.until('the stream', () => person.online);
  const walk = new Walk(people, commons, lobby, spare, random);
  await walk.begin();
  for (const member of people[0]!.data.members.values()) walk.handles.set(member.id, member.handle);
  return walk;
}

let marks = 0;
/** Everybody has heard everything: the last thing told to each is a draft of their own, written after all else. */
async function heard(walk: Walk): Promise<void> {
  const mark = `mark ${++marks}`;
  for (const person of walk.people) await person.settled();
  for (const person of walk.people) await person.call('PUT', '/drafts', { room_id: walk.home(person).id, thread_id: null, body: mark });
  for (const person of walk.people) {
    await person.until(mark, () => person.data.drafts.get(`${walk.home(person).id}:`)?.body === mark);
    // What only a fetch can tell: one's own coming into a program or going out of it, and whom a guest meets.
    while (person.stale.has('programs') || person.stale.has('security') || person.stale.has('people')) {
      person.refresh(person.stale.has('programs') ? ['programs', 'security', 'threads', 'people'] : ['security', 'people']);
      await person.settled();
    }
    await person.list();
    await person.settled();
  }
}

async function check(walk: Walk, seed: number): Promise<void> {
  await heard(walk);
  for (const person of walk.people) {
    const found = await person.as(() => compare(person));
    const derived: string[] = [];
    if (found.length === 0) {
      person.refresh();
      await person.settled();
      derived.push(...(await person.as(() => compareDerived(person))));
    }
    if (found.length + derived.length === 0) continue;
    const told = `seed ${seed}, after ${walk.log.length} calls, ${person.name} (${person.id}):\n  ${[...found, ...derived].join('\n  ')}`;
    const events = `events of ${person.name}:\n${person.last.join('\n')}`;
    const whole = join(tmpdir(), `portico-law-${seed}.txt`);
    writeFileSync(whole, `${told}\n\ncalls:\n${walk.log.join('\n')}\n\n${events}`);
    expect.fail(`${told}\n\nthe last calls (all of them: ${whole}):\n${walk.log.slice(-60).join('\n')}\n\n${events}`);
  }
}

describe('first state + events = fresh state', () => {
  it.each(seeds)('seed %i', async (seed) => {
    const server = new Server();
    servers.push(server);
    await server.start();
    browse(server.url);
    const random = seeded(seed);
    const walk = await settle(server, random);
    await check(walk, seed);
    const fall = Math.floor(STEPS / 2) + Math.floor(random() * BETWEEN);
    for (let step = 1; step <= STEPS; step += 1) {
      // Mostly one after the other; sometimes several at once.
      if (random() < 0.12) await Promise.all([walk.step(), walk.step(), walk.step()]);
      else await walk.step();
      const someone = walk.pick(walk.people)!;
      if (random() < 0.08) someone.cut();
      if (random() < 0.25) someone.refresh();
      if (step === fall) {
        await server.kill();
        await server.start();
        for (const person of walk.people) person.nudge();
        for (const person of walk.people) await person.until('the server to be back', () => person.online);
      }
      if (step % BETWEEN !== 0) continue;
      await check(walk, seed);
      // Some begin anew from here.
      if (random() < 0.5) await someone.boot();
    }
    for (const person of walk.people) person.stop();
    await server.remove();
    expect(walk.done, walk.log.join('\n')).toBeGreaterThan(STEPS * 0.6);
  });
});
