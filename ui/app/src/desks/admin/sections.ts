/** The sections of the admin desk, in order. Each renders `main#main`; `id` is what stands behind the section in the address. */
import type { IconName } from '@portico/kit/icons.ts';
import type { Component } from 'svelte';
import type { Key } from '../../i18n/index.svelte.ts';
import { data } from '../../lib/store/index.ts';
import Audit from './Audit.svelte';
import Inboxes from './inboxes/Inboxes.svelte';
import Organization from './Organization.svelte';
import People from './people/People.svelte';
import Teams from './teams/Teams.svelte';

export interface Section { path: string; group: Key; title: Key; icon: IconName; component: Component<{ id: string | null }>; count?: () => number }

const active = (): number => [...data.members.values()].filter((member) => !member.suspended).length;

export const sections: Section[] = [
  { path: 'people', group: 'admin.organization', title: 'admin.people', icon: 'users', component: People, count: active },
  { path: 'teams', group: 'admin.organization', title: 'admin.teams', icon: 'team', component: Teams, count: () => data.teams.size },
  { path: 'organization', group: 'admin.organization', title: 'admin.name', icon: 'flag', component: Organization },
  { path: 'inboxes', group: 'admin.customers', title: 'admin.inboxes', icon: 'inbox', component: Inboxes, count: () => data.inboxes.size },
  { path: 'audit', group: 'admin.records', title: 'admin.audit', icon: 'list', component: Audit },
];
