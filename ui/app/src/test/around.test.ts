/** Who is around: the answer replaces what was known, but not what was told while it was on its way. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { applySignal } from '../lib/store/apply.ts';
import { Around } from '../lib/store/around.ts';
import { Data } from '../lib/store/data.svelte.ts';
import type { Signal } from '../lib/events.ts';
import { boot, member } from './fixtures.ts';

type Answer = (body: unknown, status?: number) => void;

function begin(role: 'member' | 'guest' = 'member') {
  const data = new Data();
  const base = boot();
  data.load({ ...base, me: { ...base.me, member: member('me', { role }) }, presence: { ada: 'online', bob: 'away' } });
  const answers: Answer[] = [];
  const asked = vi.fn(
    () =>
      new Promise<Response>((done) => {
        answers.push((body, status = 200) => done(new Response(JSON.stringify(body), { status })));
      }),
  );
  vi.stubGlobal('fetch', asked);
  const around = new Around(data);
  const tell = (signal: Signal): void => {
    around.signal(signal);
    applySignal(data, signal, 0);
  };
  return { data, around, answers, asked, tell, shown: () => Object.fromEntries(data.presence) };
}

describe('who is around', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('is what the server says', async () => {
    const { around, answers, shown } = begin();
    const done = around.fetch();
    answers[0]?.({ members: { bob: 'online', cleo: 'dnd' } });
    await done;
    expect(shown()).toEqual({ bob: 'online', cleo: 'dnd' });
  });

  it('is not taken back to before what was told meanwhile', async () => {
    const { around, answers, tell, shown } = begin();
    const done = around.fetch();
    tell({ type: 'presence', data: { members: { ada: 'away' } } });
    tell({ type: 'presence', data: { members: { bob: 'dnd' } } });
    answers[0]?.({ members: { ada: 'online', cleo: 'online' } });
    await done;
    expect(shown()).toEqual({ ada: 'away', bob: 'dnd', cleo: 'online' });
  });

  it('is the last answer asked for', async () => {
    const { around, answers, shown } = begin();
    const [first, second] = [around.fetch(), around.fetch()];
    answers[1]?.({ members: { ada: 'dnd' } });
    await second;
    answers[0]?.({ members: { bob: 'online' } });
    await first;
    expect(shown()).toEqual({ ada: 'dnd' });
  });

  it('stays as it is when the answer does not come, and is not asked for by a guest', async () => {
    const member = begin();
    const done = member.around.fetch();
    member.answers[0]?.({ error: { code: 'internal', message: '', field: null, request_id: 'r' } }, 500);
    await done;
    expect(member.shown()).toEqual({ ada: 'online', bob: 'away' });
    const guest = begin('guest');
    await guest.around.fetch();
    expect(guest.asked).not.toHaveBeenCalled();
  });
});
