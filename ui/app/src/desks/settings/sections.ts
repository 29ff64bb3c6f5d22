/** The sections of the settings, in order. */
import type { IconName } from '@portico/kit/icons.ts';
import type { Component } from 'svelte';
import type { Key } from '../../i18n/index.svelte.ts';
import Appearance from './Appearance.svelte';
import Notifications from './Notifications.svelte';
import Writing from './Writing.svelte';

export interface Section { path: string; title: Key; icon: IconName; component: Component }

export const sections: Section[] = [
  { path: 'appearance', title: 'settings.appearance', icon: 'sun', component: Appearance },
  { path: 'notifications', title: 'settings.notifications', icon: 'bell', component: Notifications },
  { path: 'writing', title: 'settings.writing', icon: 'edit', component: Writing },
];
