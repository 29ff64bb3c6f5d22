/** The numbers on the rail, the bottom bar, the title and the favicon: all from the store, none counted twice. */
import { needsMe } from '../lib/rooms.ts';
import { data, lists } from '../lib/store/index.ts';
import type { DeskName } from '../routes.ts';

export interface Badge { count: number; dot: boolean }

export function teamBadge(): Badge {
  let count = data.counts.threads.mentions;
  let dot = data.counts.threads.unread > 0;
  for (const room of data.rooms.values()) {
    if (room.kind !== 'channel' && room.kind !== 'direct') continue;
    if (!room.state?.member || room.archived_at) continue;
    count += needsMe(room);
    dot ||= room.state.unread > 0 && !room.state.muted;
  }
  return { count, dot };
}

export function badgeOf(desk: DeskName): Badge {
  if (desk === 'team') return teamBadge();
  if (desk === 'inbox') return { count: lists.inbox.items.filter((item) => item.unread).length, dot: false };
  if (desk === 'customers') return { count: data.counts.customers.mine, dot: data.counts.customers.unassigned > 0 };
  if (desk === 'security') return { count: data.counts.security.new, dot: false };
  return { count: 0, dot: false };
}

export function totals(): { all: number } {
  return { all: Math.max(badgeOf('inbox').count, teamBadge().count) };
}
