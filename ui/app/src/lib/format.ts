/** Dates, sizes and names as people read them, in the language in use. */
import { locale, t } from '../i18n/index.svelte.ts';
import type { Millis } from './types.ts';

const cache = new Map<string, Intl.DateTimeFormat>();
function formatter(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale() + JSON.stringify(options);
  let found = cache.get(key);
  if (!found) cache.set(key, (found = new Intl.DateTimeFormat(locale() === 'en' ? 'en-GB' : locale(), options)));
  return found;
}

const DAY = 86_400_000;
export function dayStart(at: Millis): Millis {
  return new Date(at).setHours(0, 0, 0, 0);
}
/** Whole days between two moments by the calendar. */
export function daysAgo(at: Millis, now: Millis): number {
  return Math.round((dayStart(now) - dayStart(at)) / DAY);
}

export const clock = (at: Millis): string => formatter({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at);
export const fullDate = (at: Millis): string =>
  formatter({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at);
export const iso = (at: Millis): string => new Date(at).toISOString();

/** `10:12` today, Yesterday, weekday within 7 days, `12 Nov` this year, `14 Mar 2024` before. */
export function shortDate(at: Millis, now: Millis = Date.now()): string {
  const ago = daysAgo(at, now);
  if (ago === 0) return clock(at);
  if (ago === 1) return t('time.yesterday');
  if (ago > 1 && ago < 7) return formatter({ weekday: 'long' }).format(at);
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return formatter({ day: 'numeric', month: 'short', ...(sameYear ? {} : { year: 'numeric' }) }).format(at);
}

/** The heading of a day in a timeline. */
export function dayName(at: Millis, now: Millis = Date.now()): string {
  const ago = daysAgo(at, now);
  if (ago === 0) return t('time.today');
  if (ago === 1) return t('time.yesterday');
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return formatter({ weekday: 'long', day: 'numeric', month: 'long', ...(sameYear ? {} : { year: 'numeric' }) }).format(at);
}

/** `312 kB`, `2.4 MB`; decimal units with a no-break space. */
export function fileSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = value < 10 && unit > 1 ? 1 : 0;
  return `${new Intl.NumberFormat(locale(), { maximumFractionDigits: digits }).format(value)}\u00a0${units[unit]}`;
}

/** `PDF` of `application/pdf`, else the ending of the name. */
export function fileKind(kind: string, name: string): string {
  const dot = name.lastIndexOf('.');
  const ending = dot > 0 && name.length - dot <= 6 ? name.slice(dot + 1) : (kind.split('/')[1] ?? kind).split(/[;+]/)[0] ?? '';
  return ending.toUpperCase();
}

/** Names in a row: "A, B and C". */
export function nameList(names: string[]): string {
  return new Intl.ListFormat(locale(), { type: 'conjunction' }).format(names);
}
