/** Finds what is being typed after `@`, `~` or `:` and what could complete it. */
import type { Emoji } from './emoji.ts';
import type { Id, Member, Room } from '../lib/types.ts';

export interface Trigger { sign: '@' | '~' | ':'; query: string; from: number }
export type Suggestion =
  | { kind: 'member'; key: string; insert: string; member: Member; inRoom: boolean }
  | { kind: 'everyone'; key: string; insert: string }
  | { kind: 'channel'; key: string; insert: string; room: Room }
  | { kind: 'emoji'; key: string; insert: string; emoji: Emoji };

const LIMIT = 8;

/** The trigger right before the caret, if any. A colon wants two letters, so that times and smileys stay alone. */
export function triggerAt(text: string, caret: number): Trigger | null {
  const found = /(?:^|[\s([{"'])([@~:])([\p{L}\p{N}_.+-]*)$/u.exec(text.slice(Math.max(0, caret - 64), caret));
  if (!found) return null;
  const sign = found[1] as Trigger['sign'];
  const query = found[2] ?? '';
  if (sign === ':' && (query.length < 2 || /^\d/.test(query))) return null;
  return { sign, query: query.toLocaleLowerCase(), from: caret - query.length - 1 };
}

/** 0 = begins with it, 1 = a later word does, 2 = contains it, 3 = no. */
export function rank(query: string, ...texts: string[]): number {
  let best = 3;
  for (const text of texts) {
    const at = text.toLocaleLowerCase().indexOf(query);
    if (at === 0) return 0;
    if (at > 0) best = Math.min(best, /[\s._-]/.test(text[at - 1] ?? '') ? 1 : 2);
  }
  return best;
}

function best<T>(items: T[], score: (item: T) => number, then: (a: T, b: T) => number): T[] {
  return items
    .map((item) => ({ item, score: score(item) }))
    .filter(({ score }) => score < 10)
    .sort((a, b) => a.score - b.score || then(a.item, b.item))
    .slice(0, LIMIT)
    .map(({ item }) => item);
}

/** People of the room first, then the others; `@channel` where it means something. */
export function suggestMembers(query: string, members: Iterable<Member>, here: ReadonlySet<Id> | null, everyone: boolean): Suggestion[] {
  const people = [...members].filter((member) => !member.suspended);
  const inRoom = (member: Member): boolean => here === null || here.has(member.id);
  const found = best(
    people,
    (member) => {
      const match = rank(query, member.handle, member.name);
      return match === 3 ? 10 : match + (inRoom(member) ? 0 : 4);
    },
    (a, b) => a.name.localeCompare(b.name),
  ).map((member): Suggestion => ({ kind: 'member', key: member.id, insert: `@${member.handle} `, member, inRoom: inRoom(member) }));
  const all: Suggestion[] = everyone && 'channel'.startsWith(query) && (query !== '' || found.length === 0) ? [{ kind: 'everyone', key: 'channel', insert: '@channel ' }] : [];
  return [...found, ...all];
}

export function suggestChannels(query: string, rooms: Iterable<Room>): Suggestion[] {
  const channels = [...rooms].filter((room) => room.kind === 'channel' && !room.archived_at);
  return best(
    channels,
    (room) => {
      const match = rank(query, room.handle, room.name);
      return match === 3 ? 10 : match;
    },
    (a, b) => b.last_at - a.last_at,
  ).map((room) => ({ kind: 'channel', key: room.id, insert: `~${room.handle} `, room }));
}

export function suggestEmoji(query: string, emoji: Emoji[]): Suggestion[] {
  return best(
    emoji,
    (item) => {
      if (item.short.includes(query)) return 0;
      const match = rank(query, ...item.short, item.name);
      return match === 3 ? 10 : match + 1;
    },
    () => 0,
  ).map((item) => ({ kind: 'emoji', key: item.char, insert: `${item.char} `, emoji: item }));
}
