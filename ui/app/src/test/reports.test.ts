/** Reports: what was fetched first plus events is what a fresh fetch would say; lanes, order and forms are pure. */
import { beforeEach, describe, expect, it } from 'vitest';
import { countLanes, inLane, isLane, matching, parts, sorted } from '../desks/security/lanes.ts';
import { changed, created, draftOf, languageTags } from '../desks/security/program/form.ts';
import { device } from '../desks/settings/device.ts';
import { ApiError } from '../lib/api.ts';
import type { EventData, EventType, StreamEvent } from '../lib/events.ts';
import { apply } from '../lib/store/apply.ts';
import { Data } from '../lib/store/data.svelte.ts';
import { Reports, type Ask } from '../lib/store/reports.svelte.ts';
import type { Me, Program, Report } from '../lib/types.ts';
import { boot, message, program, report, state } from './fixtures.ts';

type Answer = (query: Record<string, unknown>) => unknown;
let data: Data;
let cursor = 0;
let asked: string[];
let answers: Record<string, Answer>;
let reports: Reports;

function told<T extends EventType>(type: T, event: EventData[T], room: string | null = 'q1', of: Data = data): void {
  cursor += 1;
  apply(of, { cursor: `c${cursor}`, type, room, data: event } as unknown as StreamEvent);
}
const pretend: Ask = async <T>(path: string, query: Record<string, unknown> = {}) => {
  asked.push(path);
  const answer = answers[path];
  if (!answer) throw new ApiError(404, 'not_found', 'no');
  return (await answer(query)) as T;
};
const listed = (...items: Report[]): Answer => () => ({ items, next: null });
const events = (one: Report): Report => ({ ...one, state_of_room: null });
const reporter = { kind: 'reporter' as const, id: null, name: 'Mats' };
const own = { ...program, member_ids: ['me', 'ada'] };

beforeEach(() => {
  data = new Data();
  data.load(boot({ programs: [own] }));
  cursor = 0;
  asked = [];
  answers = { '/reports/counts': () => ({ new: 5, open: 9 }) };
  reports = new Reports(data, pretend);
});

describe('fetched first, kept by events', () => {
  it('says the same as a fresh fetch', async () => {
    const first = report({ last_number: 2, last_at: 2000, state_of_room: state({ notify: 'all', unread: 2 }) });
    answers['/reports'] = listed(first);
    await reports.refresh('security');
    expect(data.openReports).toBe(true);

    // A new report, its first message and line, as the server tells them: without anybody's own state.
    told('report.created', { report: events(report({ id: 'q2', key: 'P-2' })) }, 'q2');
    told('message.posted', { message: message('a1', 1, { room_id: 'q2', author: reporter }) }, 'q2');
    told('message.posted', { message: message('a2', 2, { room_id: 'q2', author: { kind: 'system', id: null, name: '' }, body: { kind: 'system', event: 'received', params: {} } }) }, 'q2');
    told('report.updated', { report: events(report({ id: 'q2', key: 'P-2', last_number: 2, last_at: 2000 })) }, 'q2');
    // I write and then ask for more, whose line counts as mine; the reporter answers, which puts it back to new.
    const line = { kind: 'system' as const, event: 'state_changed' as const, params: { by: 'Me', by_id: 'me', from: 'new', to: 'needs_info' } };
    told('message.posted', { message: message('m3', 3, { room_id: 'q1', author: { kind: 'member', id: 'me', name: 'Me' } }) });
    told('message.posted', { message: message('m4', 4, { room_id: 'q1', author: { kind: 'system', id: null, name: '' }, body: line }) });
    told('report.updated', { report: events(report({ state: 'needs_info', waiting_on: 'reporter', last_number: 4, last_at: 4000 })) });
    expect(countLanes(data.reports.values())).toMatchObject({ all: 2, new: 1, us: 1, reporter: 1, triaged: 0 });
    told('message.posted', { message: message('m5', 5, { room_id: 'q1', author: reporter }) });
    told('report.updated', { report: events(report({ state: 'new', waiting_on: 'team', last_number: 5, last_at: 5000 })) });
    // Somebody else closes the other one.
    told('report.updated', { report: events(report({ id: 'q2', key: 'P-2', state: 'closed', close_reason: 'spam', waiting_on: null, last_number: 2, last_at: 6000 })) }, 'q2');
    told('read.moved', { room_id: 'q2', state: state({ notify: 'all', read_number: 2 }) }, 'q2');

    const fresh = new Data();
    fresh.load(boot({ programs: [own] }));
    answers['/reports'] = listed(
      report({ state: 'new', waiting_on: 'team', last_number: 5, last_at: 5000, state_of_room: state({ notify: 'all', read_number: 4, unread: 1 }) }),
      report({ id: 'q2', key: 'P-2', state: 'closed', close_reason: 'spam', waiting_on: null, last_number: 2, last_at: 6000, state_of_room: state({ notify: 'all', read_number: 2 }) }),
    );
    await new Reports(fresh, pretend).load();
    expect([...data.reports.values()]).toEqual([...fresh.reports.values()]);
    expect(countLanes(data.reports.values())).toEqual(countLanes(fresh.reports.values()));
  });

  it('a late page does not undo what an event told while it was under way', async () => {
    let answer: (page: unknown) => void = () => {};
    answers['/reports'] = () => new Promise((done) => (answer = done));
    const loading = reports.load();
    told('report.updated', { report: events(report({ state: 'triaged', severity: 'high', last_number: 7 })) });
    answers['/reports/q1'] = () => report({ state: 'triaged', severity: 'high', last_number: 7, state_of_room: state({ unread: 4 }) });
    answer({ items: [report({ state: 'new', last_number: 6, state_of_room: state({ unread: 3 }) })], next: null });
    await loading;
    // The page's own state lacks what the event brought, so it is asked for anew.
    expect(data.reports.get('q1')).toMatchObject({ state: 'triaged', severity: 'high', last_number: 7, state_of_room: { unread: 4 } });
  });

  it('takes all pages, and asks once for the own state of what only an event told', async () => {
    answers['/reports'] = ({ cursor: at }) => (at ? { items: [report({ id: 'q2' })], next: null } : { items: [report()], next: 'more' });
    answers['/reports/q3'] = () => report({ id: 'q3', state_of_room: state({ unread: 4 }) });
    await reports.load();
    expect([...data.reports.keys()]).toEqual(['q1', 'q2']);
    told('report.updated', { report: events(report({ id: 'q3' })) }, 'q3');
    await reports.refresh('security');
    await reports.refresh('security');
    expect(data.reports.get('q3')?.state_of_room?.unread).toBe(4);
    expect(asked.filter((path) => path === '/reports/q3')).toHaveLength(1);
    expect(data.counts.security).toEqual({ new: 5, open: 9 });
  });

  it('says what failed, and what was there stays', async () => {
    answers['/reports'] = () => Promise.reject(new ApiError(503, 'busy', 'later'));
    await reports.refresh('security');
    expect(reports.error?.code).toBe('busy');
    expect(data.openReports).toBe(false);
    answers['/reports'] = listed(report());
    await reports.load();
    expect(reports.error).toBeNull();
    expect(data.openReports).toBe(true);
  });
});

describe('programs', () => {
  it('whoever leaves a team loses its reports at once, and asks what is left', async () => {
    const stale: string[] = [];
    data.onStale = (what) => stale.push(what);
    data.putReport(report());
    data.putReport(report({ id: 'q9', program_id: 'p9' }));
    told('member.left', { group: 'p1', kind: 'program', member_id: 'ada' }, null);
    expect(data.reports.size).toBe(2);
    told('member.left', { group: 'p1', kind: 'program', member_id: 'me' }, null);
    expect([...data.reports.keys()]).toEqual(['q9']);
    expect(stale).toContain('programs');

    const desks = { team: true, customers: true, security: false, admin: false };
    answers['/me'] = () => ({ ...(data.me as Me), desks });
    await reports.refresh('programs');
    expect(data.me?.desks.security).toBe(false);
    expect([data.programs.size, data.reports.size]).toEqual([0, 0]);
  });
  it('whoever comes into a team gets its reports', async () => {
    answers['/me'] = () => data.me;
    answers['/programs'] = () => ({ items: [own, { ...own, id: 'p2', slug: 'two' }], next: null });
    answers['/reports'] = listed(report(), report({ id: 'q2', program_id: 'p2' }));
    await reports.refresh('programs');
    expect([...data.programs.keys()]).toEqual(['p1', 'p2']);
    expect(data.reports.size).toBe(2);
  });
});

describe('lanes', () => {
  const all = [
    report({ id: 'a', key: 'P-1', severity: 'low', last_at: 1, received_at: 9, title: 'Alpha' }),
    report({ id: 'b', key: 'P-2', severity: 'critical', state: 'triaged', last_at: 2, received_at: 8 }),
    report({ id: 'c', key: 'P-3', severity: null, state: 'needs_info', waiting_on: 'reporter', last_at: 3, program_id: 'p2', received_at: 7 }),
    report({ id: 'd', key: 'P-4', state: 'closed', waiting_on: null, close_reason: 'resolved', last_at: 4, received_at: 6 }),
  ];
  const ids = (list: Report[]): string => list.map((one) => one.id).join('');
  it('hold what stands in them', () => {
    expect(ids(inLane(all, 'all'))).toBe('abc');
    expect(ids(inLane(all, 'us'))).toBe('ab');
    expect(ids(inLane(all, 'all', 'p2'))).toBe('c');
    expect(ids(inLane(all, 'closed'))).toBe('d');
    expect(parts(all).map((part) => part.lane)).toEqual(['new', 'triaged', 'reporter', 'closed']);
    expect(isLane('triaged') && !isLane('program') && !isLane('')).toBe(true);
  });
  it('are ordered by change, receipt or severity, both ways', () => {
    expect(ids(sorted(all, 'updated', false))).toBe('dcba');
    expect(ids(sorted(all, 'received', true))).toBe('dcba');
    expect(ids(sorted(all, 'severity', false))).toBe('badc');
  });
  it('are filtered by every word, wherever it stands', () => {
    const owner = (one: Report): string => (one.id === 'b' ? 'Priya Raman' : '');
    expect(ids(matching(all, ' PRIYA  critical ', owner))).toBe('b');
    expect(ids(matching(all, 'alpha', owner))).toBe('a');
    expect(ids(matching(all, 'alpha priya', owner))).toBe('');
    expect(ids(matching(all, ' ', owner))).toBe('abcd');
  });
});

describe('the form of a program', () => {
  const shop: Program = { ...program, name: 'Shop', slug: 'shop', languages: ['en', 'de'], scope: [{ asset: 'shop.example', kind: 'Web', in_scope: true, note: '' }] };
  it('sends only what differs', () => {
    const draft = draftOf(shop);
    expect(changed(draft, shop)).toEqual({});
    draft.languages = 'en,  de';
    draft.scope.push({ asset: ' ', kind: '', in_scope: true, note: '' });
    expect(changed(draft, shop)).toEqual({});
    draft.notice = ' Paused over the holidays ';
    draft.intake = 'paused';
    draft.scope[0] = { asset: 'shop.example', kind: 'Web', in_scope: false, note: '' };
    expect(changed(draft, shop)).toEqual({ notice: 'Paused over the holidays', intake: 'paused', scope: [{ asset: 'shop.example', kind: 'Web', in_scope: false, note: '' }] });
    expect(shop.scope[0]?.in_scope).toBe(true);
  });
  it('sends a new one whole', () => {
    expect(created({ ...draftOf(null), name: ' Lamp ', member_ids: ['me'] })).toEqual({
      name: 'Lamp', slug: '', prefix: '', intro: '', policy: '', scope: [], contact: '', languages: ['en'], notice: '', member_ids: ['me'],
    });
    expect(languageTags('en; de-AT sv')).toEqual(['en', 'de-AT', 'sv']);
  });
});

describe('devices', () => {
  it('are named by browser and system', () => {
    expect(device('Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0')).toEqual({ browser: 'Firefox', system: 'Linux' });
    expect(device('Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0')).toEqual({ browser: 'Edge', system: 'Windows' });
    expect(device('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1')).toEqual({ browser: 'Safari', system: 'iPhone' });
    expect(device('')).toEqual({ browser: '', system: '' });
  });
});
