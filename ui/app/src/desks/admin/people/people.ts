/** Who stands in which tab, which desks they have, and who may change them. Pure. */
import type { Id, Inbox, Member, Program, Role } from '../../../lib/types.ts';

export const tabs = ['members', 'guests', 'bots', 'suspended'] as const;
export type Tab = (typeof tabs)[number];

export function tabOf(member: Member): Tab {
  if (member.suspended) return 'suspended';
  if (member.kind === 'bot') return 'bots';
  return member.role === 'guest' ? 'guests' : 'members';
}

const ranks: Role[] = ['guest', 'member', 'admin', 'owner'];
const rank = (role: Role): number => ranks.indexOf(role);
/** Roles that somebody may give: none above their own. */
export const rolesFor = (mine: Role): Role[] => ranks.filter((role) => rank(role) <= rank(mine)).reverse();
/** Nobody changes those above them, or themselves. */
export const mayChange = (mine: Role, member: Member, me: Id): boolean => member.id !== me && rank(member.role) <= rank(mine);

export interface DeskSet { team: boolean; customers: boolean; security: boolean }
/** Owners and admins have every desk; others those whose inboxes or programs they are in. */
export function desksOf(member: Member, inboxes: Iterable<Inbox>, programs: Iterable<Program>): DeskSet {
  const all = member.role === 'owner' || member.role === 'admin';
  const inAny = (groups: Iterable<{ member_ids: Id[] }>): boolean => [...groups].some((group) => group.member_ids.includes(member.id));
  return { team: true, customers: all || inAny(inboxes), security: all || inAny(programs) };
}

/** People whose name, handle, address or role holds every word. */
export function filterPeople(people: Member[], query: string, roleWord: (role: Role) => string): Member[] {
  const words = query.trim().toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const text = (member: Member): string => `${member.name} ${member.handle} ${member.email ?? ''} ${roleWord(member.role)}`.toLocaleLowerCase();
  return people.filter((member) => words.every((word) => text(member).includes(word)));
}
