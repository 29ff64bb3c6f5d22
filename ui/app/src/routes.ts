/**
 * The one route table. A desk owns everything below its prefix and is fetched when first opened.
 * To add a screen to a desk, read `segments` in the desk's component; to add a desk, add a line here.
 */
import type { Component } from 'svelte';
import type { Key } from './i18n/index.svelte.ts';

export type DeskName = 'inbox' | 'team' | 'customers' | 'security' | 'admin' | 'settings' | 'search' | 'message';
/** A desk renders its columns (nav.sidebar, main#main, aside.pane) straight into the shell's grid. */
export type DeskComponent = Component<{ segments: string[] }>;
export interface Route {
  prefix: string;
  desk: DeskName;
  title: Key;
  load: () => Promise<{ default: DeskComponent }>;
}

export const routes: Route[] = [
  { prefix: '/inbox', desk: 'inbox', title: 'desk.inbox', load: () => import('./desks/inbox/InboxDesk.svelte') },
  { prefix: '/team', desk: 'team', title: 'desk.team', load: () => import('./desks/team/TeamDesk.svelte') },
  { prefix: '/customers', desk: 'customers', title: 'desk.customers', load: () => import('./desks/customers/CustomersDesk.svelte') },
  // What a conversation shared into a channel is called; the desk leads on to its own address.
  { prefix: '/conversations', desk: 'customers', title: 'desk.customers', load: () => import('./desks/customers/CustomersDesk.svelte') },
  // Not /security: that is the public portal, served as plain pages.
  { prefix: '/reports', desk: 'security', title: 'desk.security', load: () => import('./desks/security/SecurityDesk.svelte') },
  { prefix: '/admin', desk: 'admin', title: 'desk.admin', load: () => import('./desks/admin/AdminDesk.svelte') },
  { prefix: '/settings', desk: 'settings', title: 'desk.settings', load: () => import('./desks/settings/SettingsDesk.svelte') },
  { prefix: '/search', desk: 'search', title: 'search.title', load: () => import('./desks/search/SearchDesk.svelte') },
  // A permalink: finds out where the message lives and goes there.
  { prefix: '/m', desk: 'message', title: 'app.loading', load: () => import('./shell/Permalink.svelte') },
];

/** Pages for people without a session. */
export const gates = ['/setup', '/signin', '/invite'];
/** First path pieces that this app answers; links to anything else load a page. */
export const prefixes = [...routes.map((route) => route.prefix), ...gates];

export function routeOf(path: string): Route | undefined {
  const first = `/${path.split('/')[1] ?? ''}`;
  return routes.find((route) => route.prefix === first);
}
