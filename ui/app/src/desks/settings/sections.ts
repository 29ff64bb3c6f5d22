/** The sections of the settings, in order. */
import type { IconName } from '@portico/kit/icons.ts';
import type { Component } from 'svelte';
import type { Key } from '../../i18n/index.svelte.ts';
import Appearance from './Appearance.svelte';
import Notifications from './Notifications.svelte';
import Password from './Password.svelte';
import Profile from './Profile.svelte';
import Sessions from './Sessions.svelte';
import Tokens from './Tokens.svelte';
import Writing from './Writing.svelte';

export interface Section { path: string; title: Key; icon: IconName; component: Component }

export const sections: Section[] = [
  { path: 'profile', title: 'set.profile', icon: 'user', component: Profile },
  { path: 'appearance', title: 'settings.appearance', icon: 'sun', component: Appearance },
  { path: 'notifications', title: 'settings.notifications', icon: 'bell', component: Notifications },
  { path: 'writing', title: 'settings.writing', icon: 'edit', component: Writing },
  { path: 'sessions', title: 'set.sessions', icon: 'panel', component: Sessions },
  { path: 'password', title: 'set.password', icon: 'lock', component: Password },
  { path: 'tokens', title: 'set.tokens', icon: 'key', component: Tokens },
];
