/** The choices of "Snooze", for menus. */
import type { MenuItem } from '@portico/kit/menu.ts';
import { t } from '../../i18n/index.svelte.ts';
import type { Id } from '../../lib/types.ts';
import { snooze } from './commands.ts';
import { desk } from './desk.svelte.ts';
import { inAnHour, nextMonday, tomorrow } from './snooze.ts';

export function snoozeItems(id: Id): MenuItem[] {
  const now = Date.now();
  return [
    { label: t('cust.menu.hour'), icon: 'clock', act: () => snooze(id, inAnHour(now)) },
    { label: t('cust.menu.tomorrow'), icon: 'clock', act: () => snooze(id, tomorrow(now)) },
    { label: t('cust.menu.monday'), icon: 'calendar', act: () => snooze(id, nextMonday(now)) },
    { label: t('cust.menu.reply'), icon: 'reply', act: () => snooze(id, null) },
    { label: t('cust.menu.custom'), icon: 'calendar', key: 'S', act: () => (desk.dialog = { name: 'snooze', id }) },
  ];
}
