/** What the switcher finds: rooms and people of the store, ranked by match, need and recency; then actions. */
import type { IconName } from '@portico/kit/icons.ts';
import { rank } from '../composer/suggest.ts';
import { customersSource } from '../desks/customers/switcher.ts';
import { t } from '../i18n/index.svelte.ts';
import { go } from '../lib/router.svelte.ts';
import { needsMe, roomName, roomPath, sidebarRooms } from '../lib/rooms.ts';
import { actions, data } from '../lib/store/index.ts';
import type { Member, Report, Room } from '../lib/types.ts';
import { isDark, openDialog, setLook, toast } from '../lib/ui.svelte.ts';

export interface Option { key: string; name: string; icon: IconName; note?: string; keys?: string[]; room?: Room; member?: Member; act: () => void }
export interface Group { key: string; title: string; options: Option[] }
/** What a desk adds: `groups` answers at once from what is here, `prepare` may fetch more for the next look. */
export interface Source { prepare?: (query: string) => void; groups: (query: string) => Group[] }
const sources: Source[] = [customersSource];

const wordsOf = (text: string): string => text.replace(/^>/, '').trim().toLocaleLowerCase();
/** Called when the field changes. */
export function prepare(text: string): void {
  for (const source of sources) source.prepare?.(wordsOf(text));
}

function roomOption(room: Room): Option {
  const direct = room.kind === 'direct';
  return {
    key: room.id,
    name: roomName(room),
    icon: direct ? 'users' : room.visibility === 'private' ? 'lock' : 'hash',
    note: direct ? t('side.directs') : t('jump.channel', { count: room.member_count }),
    room,
    act: () => go(roomPath(room)),
  };
}

function memberOption(member: Member): Option {
  return {
    key: member.id, name: member.name, icon: 'user', note: `@${member.handle}`, member,
    act: () => void actions.openDirect([member.id]).then((room) => go(roomPath(room)), () => toast(t('error.offline'))),
  };
}

/** Only reports this person may see are in the store. */
function reportOptions(query: string): Option[] {
  const match = (report: Report): number => rank(query, report.key, report.title);
  const found = [...data.reports.values()].filter((report) => match(report) < 3);
  found.sort((a, b) => match(a) - match(b) || b.last_at - a.last_at);
  return found.slice(0, 5).map((report) => ({
    key: report.id, name: report.title, icon: 'security', note: `${report.key}, ${t(`report.state.${report.state}`)}`, act: () => go(roomPath({ id: report.id, kind: 'report' })),
  }));
}

function actionOptions(query: string): Option[] {
  const all: Option[] = [
    { key: 'browse', name: t('jump.browse'), icon: 'hash', act: () => go('/team/browse') },
    { key: 'direct', name: t('jump.newDirect'), icon: 'compose', act: () => openDialog('direct') },
    { key: 'theme', name: t('jump.theme'), icon: 'moon', act: () => setLook({ theme: isDark() ? 'light' : 'dark' }) },
    { key: 'keys', name: t('jump.shortcuts'), icon: 'help', keys: ['Ctrl', '/'], act: () => openDialog('keys') },
    { key: 'settings', name: t('desk.settings'), icon: 'admin', act: () => go('/settings') },
  ];
  const found = query ? all.filter((option) => rank(query, option.name) < 3) : all;
  if (!query) return found;
  return [
    ...found,
    { key: 'create', name: t('jump.createChannel', { name: query }), icon: 'plus', act: () => openDialog('channel', query) },
    { key: 'search', name: t('jump.searchFor', { text: query }), icon: 'search', keys: ['Ctrl', 'Enter'], act: () => go(`/search?q=${encodeURIComponent(query)}`) },
  ];
}

export function search(text: string): Group[] {
  const onlyActions = text.startsWith('>');
  const query = wordsOf(text);
  const { starred, channels, directs } = sidebarRooms();
  const rooms = [...starred, ...channels, ...directs];
  const order = (a: Room, b: Room): number => needsMe(b) - needsMe(a) || (b.state?.unread ? 1 : 0) - (a.state?.unread ? 1 : 0) || b.last_at - a.last_at;
  const groups: Group[] = [];
  if (!onlyActions && !query) groups.push({ key: 'recent', title: t('jump.recent'), options: rooms.sort(order).slice(0, 7).map(roomOption) });
  if (!onlyActions && query) {
    const match = (room: Room): number => rank(query, roomName(room), room.handle);
    const found = rooms.filter((room) => match(room) < 3).sort((a, b) => match(a) - match(b) || order(a, b));
    groups.push({ key: 'channels', title: t('jump.channels'), options: found.slice(0, 6).map(roomOption) });
    const people = [...data.members.values()].filter((member) => !member.suspended && rank(query, member.name, member.handle) < 3);
    people.sort((a, b) => rank(query, a.name, a.handle) - rank(query, b.name, b.handle) || a.name.localeCompare(b.name));
    groups.push({ key: 'reports', title: t('jump.reports'), options: reportOptions(query) });
    groups.push({ key: 'people', title: t('jump.people'), options: people.slice(0, 5).map(memberOption) });
    for (const source of sources) groups.push(...source.groups(query));
  }
  groups.push({ key: 'actions', title: t('jump.actions'), options: actionOptions(query) });
  return groups.filter((group) => group.options.length > 0);
}

/** The name cut where the query hits. */
export function pieces(name: string, query: string): { text: string; hit: boolean }[] {
  const wanted = query.replace(/^>/, '').trim().toLocaleLowerCase();
  const at = wanted ? name.toLocaleLowerCase().indexOf(wanted) : -1;
  if (at < 0) return [{ text: name, hit: false }];
  return [
    { text: name.slice(0, at), hit: false },
    { text: name.slice(at, at + wanted.length), hit: true },
    { text: name.slice(at + wanted.length), hit: false },
  ].filter((piece) => piece.text !== '');
}
