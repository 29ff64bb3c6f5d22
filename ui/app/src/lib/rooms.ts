/** How a room is called and reached. Reads the store; changes nothing. */
import { data } from './store/index.ts';
import { t } from '../i18n/index.svelte.ts';
import type { Id, Member, Place, Room } from './types.ts';

/** The others in a direct room; myself when I write to myself. */
export function others(room: Room): Member[] {
  const found = room.member_ids.filter((id) => id !== data.myId).map((id) => data.members.get(id));
  const known = found.filter((member): member is Member => member !== undefined);
  if (known.length > 0) return known;
  const me = data.members.get(data.myId);
  return me ? [me] : [];
}

const shortName = (member: Member): string => member.name.split(/\s+/)[0] ?? member.name;

/** Without `#`: the icon or the avatar stands before it. */
export function roomName(room: Room): string {
  if (room.kind !== 'direct') return room.name || room.handle;
  const people = others(room);
  if (people.length === 1 && people[0]) return people[0].id === data.myId ? t('side.self', { name: people[0].name }) : people[0].name;
  return people.length > 0 ? people.map(shortName).join(', ') : room.name;
}

/** With `#` for channels: for labels and lists. */
export function roomLabel(room: Room): string {
  return room.kind === 'channel' ? `#${roomName(room)}` : roomName(room);
}

/** What a list calls the timeline a message is in: as the store knows it, else as the server told. */
export function placeOf(id: Id, told?: Place): Place | undefined {
  const room = data.rooms.get(id);
  if (room) return { id, kind: room.kind, name: roomLabel(room) };
  const conversation = data.conversations.get(id);
  if (conversation) {
    const inbox = data.inboxes.get(conversation.inbox_id)?.name;
    return { id, kind: 'conversation', name: [conversation.contact.name || told?.name, inbox].filter(Boolean).join(', ') };
  }
  const report = data.reports.get(id);
  if (report) return { id, kind: 'report', name: `${report.key} ${report.title}` };
  return told && { ...told, name: told.kind === 'channel' ? `#${told.name}` : told.name };
}

/** The red number of a room: mentions in a channel, everything unread in a direct one; none when muted. */
export function needsMe(room: Room): number {
  if (!room.state || room.state.muted) return 0;
  return room.kind === 'direct' ? room.state.unread : room.state.mentions;
}

/** Address of a room's timeline, at a message if given. Conversations and reports live at their own desks. */
export function roomPath(room: { id: Id; kind: Room['kind'] }, number?: number): string {
  const base = { channel: '/team', direct: '/team', conversation: '/customers', report: '/reports' }[room.kind];
  return `${base}/${room.id}${number === undefined ? '' : `?m=${number}`}`;
}

export function permalink(id: Id): string {
  return new URL(`/m/${id}`, location.href).href;
}

export function memberName(id: Id): string {
  return data.members.get(id)?.name ?? t('sys.someone');
}

/** Address of a picture. Null while the member has none. */
export function pictureUrl(file: Id | null | undefined): string | null {
  return file ? `/api/portico/v1/files/${file}/thumb` : null;
}

const byName = (a: Room, b: Room): number => roomName(a).localeCompare(roomName(b));

/** My rooms as the sidebar shows them, without archived ones. */
export function sidebarRooms(): { starred: Room[]; channels: Room[]; directs: Room[] } {
  const mine = [...data.rooms.values()].filter((room) => room.state?.member && !room.archived_at && (room.kind === 'channel' || room.kind === 'direct'));
  return {
    starred: mine.filter((room) => room.state?.starred).sort(byName),
    channels: mine.filter((room) => room.kind === 'channel' && !room.state?.starred).sort(byName),
    directs: mine.filter((room) => room.kind === 'direct' && !room.state?.starred).sort((a, b) => b.last_at - a.last_at),
  };
}
