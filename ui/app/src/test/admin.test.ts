/** The admin desk without a browser: who may be changed, which desks somebody has, an inbox's settings. */
import { describe, expect, it } from 'vitest';
import { desksOf, filterPeople, mayChange, rolesFor, tabOf } from '../desks/admin/people/people.ts';
import { body, contrast, isColor, parseOrigins, settingsOf } from '../desks/admin/inboxes/settings.ts';
import { inbox, member, program } from './fixtures.ts';

describe('people', () => {
  it('nobody changes those above them, or themselves', () => {
    expect(rolesFor('admin')).toEqual(['admin', 'member', 'guest']);
    expect(rolesFor('owner')[0]).toBe('owner');
    expect(mayChange('admin', member('o', { role: 'owner' }), 'me')).toBe(false);
    expect(mayChange('admin', member('a', { role: 'admin' }), 'me')).toBe(true);
    expect(mayChange('owner', member('me', { role: 'owner' }), 'me')).toBe(false);
  });
  it('have the desks of their inboxes and programs; owners and admins have all', () => {
    const inboxes = [{ ...inbox, member_ids: ['ada'] }];
    expect(desksOf(member('ada'), inboxes, [program])).toEqual({ team: true, customers: true, security: false });
    expect(desksOf(member('bob'), inboxes, [{ ...program, member_ids: ['bob'] }])).toEqual({ team: true, customers: false, security: true });
    expect(desksOf(member('ann', { role: 'admin' }), [], [])).toEqual({ team: true, customers: true, security: true });
  });
  it('stand in one tab each and are found by every word', () => {
    expect([member('a'), member('b', { role: 'guest' }), member('c', { kind: 'bot' }), member('d', { role: 'guest', suspended: true })].map(tabOf)).toEqual(['members', 'guests', 'bots', 'suspended']);
    const people = [member('ada', { email: 'ada@lamps.example', role: 'admin' }), member('bob')];
    expect(filterPeople(people, ' lamps ADMIN ', (role) => role).map((one) => one.id)).toEqual(['ada']);
    expect(filterPeople(people, '', (role) => role)).toHaveLength(2);
  });
});

describe('an inbox', () => {
  it('goes through the form unchanged', () => {
    const full = { ...inbox, allowed_origins: ['https://a.example', 'https://b.example'], greeting: 'Hi', team_id: 't1' };
    expect(body(settingsOf(full))).toEqual({
      name: 'Web', allowed_origins: full.allowed_origins, color: '#000000', greeting: 'Hi', form: { name: 'off', email: 'off' }, typing_preview: false, identity: 'off', team_id: 't1',
    });
    expect(body(settingsOf(inbox)).team_id).toBeNull();
  });
  it('takes origins in lines, and lets a pasted path go', () => {
    expect(parseOrigins(' https://a.example/shop?x=1\nhttp://b.example:8080, https://a.example/ ')).toEqual(['https://a.example', 'http://b.example:8080']);
    expect(parseOrigins('')).toEqual([]);
    expect(parseOrigins('shop.example')).toEqual(['shop.example']); // the server says what is wrong with it
  });
  it('is read in an ink of at least 4.5 to 1 on every colour', () => {
    for (let step = 0; step < 4096; step += 1) {
      const color = `#${((step * 4099) % 0x1000000).toString(16).padStart(6, '0')}`;
      expect(contrast(color).ratio).toBeGreaterThanOrEqual(4.5);
    }
    expect(contrast('#ffffff')).toEqual({ ink: '#000', ratio: 21 });
    expect(isColor('#12345')).toBe(false);
  });
});
