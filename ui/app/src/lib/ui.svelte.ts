/** State of the window that is not the server's: look, toasts, open dialogs, focus. */
import type { Id, Preferences } from './types.ts';

export interface Look { theme: 'system' | 'light' | 'dark'; contrast: 'system' | 'more'; density: 'comfortable' | 'compact'; language: string }
export interface ToastItem { id: number; text: string; action?: { label: string; act: () => void }; ended?: () => void }
export type DialogName = 'switcher' | 'keys' | 'channel' | 'direct' | 'invite';

const LOOK = 'portico.look';

function readLook(): Look {
  const base: Look = { theme: 'system', contrast: 'system', density: 'comfortable', language: navigator.language };
  try {
    return { ...base, ...(JSON.parse(localStorage.getItem(LOOK) ?? '{}') as Partial<Look>) };
  } catch {
    return base;
  }
}

export const ui = $state({
  look: readLook(),
  dialog: null as null | { name: DialogName; text: string },
  sheet: false,
  /** Which column shows below 640 px. */
  view: 'main' as 'list' | 'main' | 'pane',
  /** The timeline in view, if any. */
  room: null as Id | null,
  focused: document.hasFocus(),
  toast: null as ToastItem | null,
});

addEventListener('focus', () => (ui.focused = true));
addEventListener('blur', () => (ui.focused = false));

/** Puts the look on the page (as theme.js did before the first paint) and keeps it for the next start. */
export function setLook(change: Partial<Look>): void {
  ui.look = { ...ui.look, ...change };
  const root = document.documentElement;
  const put = (name: string, value: string | null): void => {
    if (value === null) delete root.dataset[name];
    else root.dataset[name] = value;
  };
  put('theme', ui.look.theme === 'system' ? null : ui.look.theme);
  put('contrast', ui.look.contrast === 'more' ? 'more' : null);
  put('density', ui.look.density === 'compact' ? 'compact' : null);
  try {
    localStorage.setItem(LOOK, JSON.stringify(ui.look));
  } catch {
    // The look still holds for this page.
  }
}

/** The look as preferences say it; fields left out stay. */
export function lookFrom(preferences: Preferences): Partial<Look> {
  const { theme, contrast, density, language } = preferences;
  return { ...(theme && { theme }), ...(contrast && { contrast }), ...(density && { density }), ...(language && { language }) };
}

export function isDark(): boolean {
  return ui.look.theme === 'dark' || (ui.look.theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
}

let toasts = 0;
/** One at a time, 8 s; a new one ends the old one at once. `ended` runs when it goes without its action having been taken. */
export function toast(text: string, action?: ToastItem['action'], ended?: () => void): void {
  ui.toast?.ended?.();
  toasts += 1;
  ui.toast = { id: toasts, text, action, ended };
}

export function openDialog(name: DialogName, text = ''): void {
  ui.dialog = { name, text };
}
