/** Entries of the inbox: their key, desk and address. */
import { roomPath } from '../../lib/rooms.ts';
import { data } from '../../lib/store/index.ts';
import type { InboxItem, Room } from '../../lib/types.ts';

export const itemKey = (item: InboxItem): string => `${item.kind}-${item.message?.id ?? item.room_id}`;

export function deskOf(item: InboxItem): 'team' | 'customers' | 'security' {
  const kind = data.rooms.get(item.room_id)?.kind;
  if (item.kind === 'report' || kind === 'report' || data.reports.has(item.room_id)) return 'security';
  if (item.kind === 'assigned' || kind === 'conversation' || data.conversations.has(item.room_id)) return 'customers';
  return 'team';
}

export function itemPath(item: InboxItem): string {
  const kinds: Record<ReturnType<typeof deskOf>, Room['kind']> = { team: 'channel', customers: 'conversation', security: 'report' };
  const room = data.rooms.get(item.room_id) ?? { id: item.room_id, kind: kinds[deskOf(item)] };
  if (item.message?.thread_id) return `${roomPath(room)}?thread=${item.message.thread_id}&reply=${item.message.number}`;
  return roomPath(room, item.message?.number);
}
