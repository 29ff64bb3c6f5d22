/** What people do at the Team desk, and with themselves and the organization. */
import type { FileInfo, Member, Message, Room, Team } from '../src/lib/types.ts';
import { emojis, words, type Step, type Walk } from './walk.ts';

export function team(walk: Walk): Step[] {
  return [
    [26, 'post', async (who) => {
      const place = walk.place(who);
      if (place) await walk.post(who, place);
    }],
    [5, 'post with a file', async (who) => {
      const place = walk.place(who);
      if (!place) return;
      const answer = await who.as(() => fetch(`/api/portico/v1/files?name=note-${walk.made}.txt`, { method: 'POST', body: `note ${walk.made}` }));
      if (answer.status !== 201) return;
      await walk.post(who, place, { file_ids: [((await answer.json()) as FileInfo).id] });
    }],
    [16, 'reply', async (who) => {
      const root = walk.message(who);
      const place = root && walk.rooms.find((room) => room.id === root.room);
      if (place) await walk.post(who, place, { thread_id: root.id });
    }],
    [8, 'edit', async (who) => {
      const message = walk.message(who, (one) => one.author === who.name);
      if (!message) return;
      const edited = await walk.try<Message>(who, 'PATCH', `/messages/${message.id}`, { body: `${walk.text()} edited`, version: message.version });
      if (edited) message.version = edited.version;
    }],
    [9, 'delete', async (who) => {
      const message = walk.message(who, (one) => one.author === who.name);
      if (message) await walk.try(who, 'DELETE', `/messages/${message.id}`);
    }],
    [14, 'react', async (who) => {
      const message = walk.message(who);
      if (message) await walk.try(who, walk.chance(0.7) ? 'PUT' : 'DELETE', `/messages/${message.id}/reactions/${encodeURIComponent(walk.pick(emojis)!)}`);
    }],
    [12, 'read', async (who) => {
      const message = walk.message(who);
      if (!message) return;
      const number = walk.chance(0.2) ? 1_000_000 : message.number - (walk.chance(0.3) ? 1 : 0);
      if (walk.chance(0.5)) await walk.app(who, `read ${message.room} ${number}`, () => who.actions.read(message.room, number));
      else await walk.try(who, 'POST', `/rooms/${message.room}/read`, { number });
    }],
    [6, 'thread', async (who) => {
      const reply = walk.message(who, (one) => one.thread !== null);
      if (!reply?.thread) return;
      const change = walk.chance(0.4) ? { following: walk.chance(0.6) } : { read: walk.chance(0.3) ? 0 : reply.number };
      await walk.try(who, 'PUT', `/messages/${reply.thread}/thread`, change);
    }],
    [3, 'open a thread', async (who) => {
      const root = walk.message(who, (one) => one.thread === null);
      if (root) await walk.app(who, `loadThread ${root.id}`, () => who.actions.loadThread(root.id));
    }],
    [4, 'open a room', async (who) => {
      const place = walk.place(who);
      if (place) await walk.app(who, `load ${place.id}`, () => who.actions.load(place.id));
    }],
    [8, 'draft', async (who) => {
      const place = walk.place(who);
      if (!place) return;
      const thread = walk.chance(0.3) ? walk.message(who, (one) => one.room === place.id && one.thread === null)?.id : undefined;
      await walk.try(who, 'PUT', '/drafts', { room_id: place.id, thread_id: thread ?? null, body: walk.chance(0.35) ? '' : walk.text() });
    }],
    [6, 'save', async (who) => {
      const message = walk.message(who);
      if (message) await walk.try(who, walk.chance(0.7) ? 'PUT' : 'DELETE', `/messages/${message.id}/save`);
    }],
    [6, 'state', async (who) => {
      const place = walk.place(who);
      const change = walk.pick([{ muted: walk.chance(0.5) }, { starred: walk.chance(0.5) }, { notify: walk.pick(['all', 'mentions', 'none'] as const)! }])!;
      if (!place) return;
      if (walk.chance(0.5)) await walk.app(who, `roomState ${place.id} ${JSON.stringify(change)}`, () => who.actions.roomState(place.id, change));
      else await walk.try(who, 'PATCH', `/rooms/${place.id}/state`, change);
    }],
    [4, 'create a channel', async (who) => {
      if (walk.rooms.length > 14) return;
      const kind = walk.chance(0.6) ? 'public' : 'private';
      const name = `${walk.pick(words)!} ${++walk.made}`;
      const room = await walk.try<Room>(who, 'POST', '/channels', { name, kind, topic: walk.chance(0.3) ? 'about it' : '', ...(walk.chance(0.2) && walk.teams[0] ? { team_id: walk.teams[0] } : {}) });
      if (room) walk.rooms.push({ id: room.id, kind: 'channel', members: new Set([who.name]), open: kind === 'public' });
    }],
    [3, 'open a direct', async (who) => {
      const ids = walk.people.filter((other) => other !== who && walk.chance(0.3)).slice(0, 3);
      const room = await walk.try<Room>(who, 'POST', '/directs', { member_ids: ids.map((other) => other.id) });
      if (room && !walk.rooms.some((other) => other.id === room.id)) {
        walk.rooms.push({ id: room.id, kind: 'direct', members: new Set([who, ...ids].map((one) => one.name)), open: false });
      }
    }],
    [4, 'edit a room', async (who) => {
      const place = walk.place(who, ['channel']);
      if (place) await walk.try(who, 'PATCH', `/rooms/${place.id}`, walk.pick([{ name: `${walk.pick(words)!} ${++walk.made}` }, { topic: walk.text() }, { purpose: walk.text() }]));
    }],
    [4, 'archive', async (who) => {
      const place = walk.place(who, ['channel']);
      if (place && !walk.fixed(place)) await walk.try(who, 'PATCH', `/rooms/${place.id}`, { archived: walk.chance(0.4) });
    }],
    [8, 'join', async (who) => {
      const place = walk.pick(walk.rooms.filter((room) => room.kind === 'channel' && !room.members.has(who.name)));
      if (!place) return;
      if (walk.chance(0.5)) await walk.app(who, `join ${place.id}`, () => who.actions.join(place.id));
      else await walk.try(who, 'POST', `/rooms/${place.id}/members`, {});
      await walk.recount(place);
    }],
    [8, 'invite', async (who) => {
      const place = walk.place(who, ['channel']);
      const other = place && walk.pick(walk.people.filter((one) => !place.members.has(one.name)));
      if (!other) return;
      await walk.try(who, 'POST', `/rooms/${place.id}/members`, { member_id: walk.chance(0.1) ? walk.spare : other.id });
      await walk.recount(place);
    }],
    [4, 'leave', async (who) => {
      const place = walk.place(who, ['channel']);
      if (!place || walk.fixed(place)) return;
      if (walk.chance(0.5)) await walk.app(who, `leave ${place.id}`, () => who.actions.leave(place.id));
      else await walk.try(who, 'DELETE', `/rooms/${place.id}/members/me`);
      await walk.recount(place);
    }],
    [4, 'remove', async (who) => {
      const place = walk.place(who, ['channel']);
      const other = place && walk.member(place);
      if (!other || other === who || walk.fixed(place)) return;
      await walk.try(who, 'DELETE', `/rooms/${place.id}/members/${other.id}`);
      await walk.recount(place);
    }],
    [3, 'who is in a room', async (who) => {
      const place = walk.place(who);
      if (place) await walk.app(who, `loadMembers ${place.id}`, () => who.actions.loadMembers(place.id));
    }],
  ];
}

export function house(walk: Walk): Step[] {
  return [
    [4, 'profile', async (who) => {
      const change = walk.pick([{ name: `${who.name} ${++walk.made}` }, { status: { text: walk.text(), emoji: '🌴' } }, { time_zone: 'Europe/Berlin' }, { language: 'de' }, { handle: `${who.name}-${++walk.made}` }]);
      await walk.try(who, 'PATCH', '/me', change);
    }],
    [2, 'presence', async (who) => void (await walk.try(who, 'PUT', '/me/presence', { choice: walk.pick(['auto', 'away', 'dnd', 'offline']) }))],
    [3, 'preferences', async (who) => {
      if (walk.chance(0.5)) await walk.app(who, 'preferences', () => who.actions.preferences({ density: walk.chance(0.5) ? 'compact' : 'comfortable' }));
      else await walk.try(who, 'PATCH', '/me', { preferences: { [walk.pick(words)!]: walk.chance(0.3) ? null : walk.text() } });
    }],
    [1, 'organization', async () => void (await walk.try(walk.people[0]!, 'PATCH', '/organization', { name: `Acme ${++walk.made}` }))],
    [4, 'rank', async () => {
      const who = walk.people[walk.chance(0.7) ? 0 : 1]!;
      const whom = walk.chance(0.6) ? walk.people[3]!.id : walk.spare;
      await walk.try<Member>(who, 'PATCH', `/members/${whom}`, { role: walk.pick(['member', 'member', 'admin', 'guest']) });
    }],
    [2, 'suspend', async () => void (await walk.try(walk.people[0]!, 'PATCH', `/members/${walk.spare}`, { suspended: walk.chance(0.5) }))],
    [5, 'team', async () => {
      const who = walk.people[walk.chance(0.5) ? 0 : 1]!;
      const team = walk.pick(walk.teams);
      const whom = walk.pick([...walk.people.map((one) => one.id), walk.spare]);
      if (!team || (walk.teams.length < 3 && walk.chance(0.3))) {
        const made = await walk.try<Team>(who, 'POST', '/teams', { name: `Team ${++walk.made}` });
        if (made) walk.teams.push(made.id);
      } else if (walk.chance(0.7)) await walk.try(who, walk.chance(0.6) ? 'PUT' : 'DELETE', `/teams/${team}/members/${whom}`);
      else if (walk.chance(0.7)) await walk.try(who, 'PATCH', `/teams/${team}`, { name: `Team ${++walk.made}` });
      else if (await walk.try(who, 'DELETE', `/teams/${team}`)) walk.teams.splice(walk.teams.indexOf(team), 1);
    }],
  ];
}
