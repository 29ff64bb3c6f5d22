/** Windows, rows, writing aids, search grammar, words. */
import { beforeAll, describe, expect, it } from 'vitest';
import { continueList, format } from '../composer/markdown.ts';
import { suggestMembers, triggerAt } from '../composer/suggest.ts';
import { parseQuery, writeQuery } from '../desks/search/query.ts';
import { de } from '../i18n/de.ts';
import { en } from '../i18n/en.ts';
import { setLanguage, t } from '../i18n/index.svelte.ts';
import { fileSize, shortDate } from '../lib/format.ts';
import { RoomWindow, WINDOW_LIMIT } from '../lib/store/windows.svelte.ts';
import { buildRows } from '../timeline/rows.ts';
import type { Pending } from '../lib/store/data.svelte.ts';
import { member, message } from './fixtures.ts';

const run = (from: number, to: number): { id: string; number: number }[] => Array.from({ length: to - from + 1 }, (_, index) => ({ id: `m${from + index}`, number: from + index }));

describe('window', () => {
  it('takes in what came by events while a page was on its way', () => {
    const window = new RoomWindow();
    window.loading = 'start';
    window.post({ id: 'm5', number: 5 });
    window.replace(run(1, 4), false, false);
    expect(window.ids).toEqual(['m1', 'm2', 'm3', 'm4', 'm5']);
  });
  it('leaves a gap a gap', () => {
    const window = new RoomWindow();
    window.replace(run(1, 4), false, true);
    window.post({ id: 'm9', number: 9 });
    expect(window.ids).toHaveLength(4);
    window.append(run(5, 9), false);
    expect(window.last()).toBe(9);
    expect(window.covers(7)).toBe(true);
  });
  it('lets go of the far end beyond its limit', () => {
    const window = new RoomWindow();
    window.replace(run(301, 600), true, false);
    window.prepend(run(251, 300), true);
    expect(window.ids).toHaveLength(WINDOW_LIMIT);
    expect([window.first(), window.last(), window.hasAfter]).toEqual([251, 550, true]);
    window.append(run(551, 600), false);
    expect([window.first(), window.last(), window.hasBefore, window.hasAfter]).toEqual([301, 600, true, false]);
  });
});

describe('rows', () => {
  const me = { kind: 'member' as const, id: 'me', name: 'Me' };
  const at = new Date(2026, 10, 18, 9, 0).getTime();
  it('groups, separates days, draws the New line before others only', () => {
    const rows = buildRows({
      messages: [
        message('a', 1, { created_at: at }),
        message('b', 2, { created_at: at + 60_000 }),
        message('c', 3, { created_at: at + 400_000, author: me }),
        message('d', 4, { created_at: at + 500_000 }),
        message('e', 5, { created_at: at + 86_400_000 }),
      ],
      pending: [], me, newAfter: 2, days: true,
    });
    expect(rows.map((row) => (row.kind === 'message' ? `${row.message.id}${row.continued ? '+' : ''}` : row.kind))).toEqual(['day', 'a', 'b+', 'c', 'new', 'd', 'day', 'e']);
  });
  it('keeps the key of a row from waiting to arrived', () => {
    const pending: Pending = { key: 'k', room_id: 'r1', thread_id: null, body: 'x', ring: null, files: [], confirm: false, created_at: at, state: 'waiting', error: null, tab: 't' };
    const before = buildRows({ messages: [], pending: [pending], me, newAfter: null, days: false });
    const arrived = message('a', 1, { author: me, client_key: 'k' });
    const after = buildRows({ messages: [arrived], pending: [pending], me, newAfter: null, days: false });
    expect(before).toHaveLength(1);
    expect(after).toHaveLength(1);
    expect(after[0]?.key).toBe(before[0]?.key);
  });
});

describe('writing', () => {
  it('wraps and unwraps', () => {
    const bold = format({ text: 'a word', start: 2, end: 6 }, 'bold');
    expect(bold.text).toBe('a **word**');
    expect(format(bold, 'bold').text).toBe('a word');
    expect(format({ text: 'x', start: 0, end: 1 }, 'link').text).toBe('[x](https://)');
    expect(format({ text: 'one\ntwo', start: 0, end: 7 }, 'list').text).toBe('- one\n- two');
    expect(format({ text: 'a\nb', start: 0, end: 3 }, 'code').text).toBe('```\na\nb\n```');
  });
  it('goes on with a list and ends it', () => {
    expect(continueList({ text: '2. two', start: 6, end: 6 })?.text).toBe('2. two\n3. ');
    expect(continueList({ text: '- ', start: 2, end: 2 })?.text).toBe('');
    expect(continueList({ text: 'plain', start: 5, end: 5 })).toBeNull();
  });
  it('finds what is being completed', () => {
    expect(triggerAt('hi @ad', 6)).toEqual({ sign: '@', query: 'ad', from: 3 });
    expect(triggerAt('mail a@b', 8)).toBeNull();
    expect(triggerAt('at 10:30', 8)).toBeNull();
    expect(triggerAt(':ta', 3)?.sign).toBe(':');
  });
  it('people of the room come first', () => {
    const all = [member('anna'), member('anton'), member('bert', { suspended: true })];
    expect(suggestMembers('an', all, new Set(['anton']), true).map((item) => item.key)).toEqual(['anton', 'anna']);
    expect(suggestMembers('ch', all, null, true).map((item) => item.key)).toEqual(['channel']);
  });
});

describe('search grammar', () => {
  it('goes both ways', () => {
    const text = 'from:ada in:"web shop" has:file "two words" more';
    const query = parseQuery(text);
    expect(query.filters).toEqual([{ name: 'from', value: 'ada' }, { name: 'in', value: 'web shop' }, { name: 'has', value: 'file' }]);
    expect(query.words).toBe('"two words" more');
    expect(writeQuery(query)).toBe(text);
  });
});

describe('words', () => {
  beforeAll(() => setLanguage('en'));
  it('fill and count', async () => {
    expect(t('tl.replies', { count: 1 })).toBe('1 reply');
    expect(t('tl.replies', { count: 1200 })).toBe('1,200 replies');
    expect(t('comp.message', { name: '#web' })).toBe('Message #web');
    await setLanguage('de-AT');
    expect(t('tl.replies', { count: 2 })).toBe('2 Antworten');
    await setLanguage('xx');
    expect(t('desk.inbox')).toBe('Inbox');
  });
  it('the second language keeps every parameter', () => {
    const names = (entry: unknown): string[] => [...new Set([...JSON.stringify(entry).matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? ''))].sort();
    for (const key of Object.keys(en) as (keyof typeof en)[]) expect(names(de[key]), key).toEqual(names(en[key]));
  });
  it('dates and sizes', () => {
    const now = new Date(2026, 10, 18, 12, 0).getTime();
    expect(shortDate(new Date(2026, 10, 18, 9, 5).getTime(), now)).toBe('09:05');
    expect(shortDate(new Date(2026, 10, 17, 9, 5).getTime(), now)).toBe('Yesterday');
    expect(shortDate(new Date(2026, 10, 14, 9, 5).getTime(), now)).toBe('Saturday');
    expect(shortDate(new Date(2026, 9, 2).getTime(), now)).toBe('2 Oct');
    expect(shortDate(new Date(2024, 2, 14).getTime(), now)).toBe('14 Mar 2024');
    expect(fileSize(312_400)).toBe('312\u00a0kB');
    expect(fileSize(2_412_000)).toBe('2.4\u00a0MB');
  });
});
