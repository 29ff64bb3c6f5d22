/** What the menu behind one's own face offers, in the rail and (with what the rail shows beside it) in the bottom bar. */
import type { MenuItem } from '@portico/kit/menu.ts';
import { t } from '../i18n/index.svelte.ts';
import { go } from '../lib/router.svelte.ts';
import { actions, data, session } from '../lib/store/index.ts';
import { isDark, setLook } from '../lib/ui.svelte.ts';

export function switchTheme(): void {
  const theme = isDark() ? 'light' : 'dark';
  setLook({ theme });
  void actions.preferences({ theme }).catch(() => {});
}

const presences = ['auto', 'away', 'dnd', 'offline'] as const;

export function profileItems(bar = false): MenuItem[] {
  const chosen = data.me?.member.presence ?? 'auto';
  const presence = presences.map((choice) => ({ label: t(`profile.${choice}`), checked: chosen === choice, act: () => void actions.presence(choice).catch(() => {}) }));
  const rail: MenuItem[] = [
    ...(data.me?.desks.admin ? [{ label: t('desk.admin'), icon: 'admin' as const, rule: true, act: () => go('/admin') }] : []),
    { label: t('rail.theme'), rule: !data.me?.desks.admin, icon: isDark() ? 'sun' : 'moon', act: switchTheme },
  ];
  return [
    ...presence,
    ...(bar ? rail : []),
    { label: t('profile.settings'), icon: 'user', rule: !bar, act: () => go('/settings') },
    { label: t('profile.signout'), icon: 'sign-out', act: () => void session.signOut() },
  ];
}
