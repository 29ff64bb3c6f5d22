/** Sending: in order, once, over failures and reloads. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../lib/api.ts';
import { Data, type Pending } from '../lib/store/data.svelte.ts';
import { Outbox, type Kept, type Sender } from '../lib/store/outbox.ts';
import type { Message } from '../lib/types.ts';
import { boot, message } from './fixtures.ts';

let data: Data;
let stored: Pending[];
const kept: Kept = { read: () => stored, write: (own) => void (stored = structuredClone(own)) };
const answer = (pending: Pending, number: number): Message =>
  message(`sent-${pending.body}`, number, { author: { kind: 'member', id: 'me', name: 'Me' }, client_key: pending.key });

beforeEach(() => {
  data = new Data();
  data.load(boot());
  data.window('r1').replace([], false, false);
  stored = [];
});

describe('outbox', () => {
  it('sends one after another and shows each once', async () => {
    const order: string[] = [];
    let number = 0;
    const send: Sender = async (pending) => {
      order.push(pending.body);
      await Promise.resolve();
      return answer(pending, ++number);
    };
    const outbox = new Outbox(data, () => 'tab', kept, send);
    for (const body of ['a', 'b', 'c']) outbox.enqueue({ room_id: 'r1', thread_id: null, body });
    expect(data.outbox).toHaveLength(3);
    await vi.waitFor(() => expect(data.outbox).toHaveLength(0));
    expect(order).toEqual(['a', 'b', 'c']);
    expect(data.window('r1').ids).toEqual(['sent-a', 'sent-b', 'sent-c']);
    expect(stored).toEqual([]);
  });

  it('keeps the key over a lost connection, and what follows waits', async () => {
    const keys: string[] = [];
    let down = true;
    const send: Sender = async (pending) => {
      keys.push(pending.key);
      if (down) throw new ApiError(0, 'offline', 'gone');
      return answer(pending, keys.length);
    };
    const outbox = new Outbox(data, () => 'tab', kept, send);
    const key = outbox.enqueue({ room_id: 'r1', thread_id: null, body: 'a' });
    outbox.enqueue({ room_id: 'r1', thread_id: null, body: 'b' });
    await vi.waitFor(() => expect(keys).toEqual([key]));
    expect(data.outbox.every((pending) => pending.state === 'waiting')).toBe(true);
    down = false;
    outbox.flush();
    await vi.waitFor(() => expect(data.outbox).toHaveLength(0));
    expect(keys[1]).toBe(key);
    expect(keys).toHaveLength(3);
  });

  it('marks what cannot go and lets the next pass', async () => {
    const send: Sender = async (pending) => {
      if (pending.body === 'big') throw new ApiError(413, 'too_large', 'message is 20 KB; the limit is 16 KB');
      return answer(pending, 1);
    };
    const outbox = new Outbox(data, () => 'tab', kept, send);
    const key = outbox.enqueue({ room_id: 'r1', thread_id: null, body: 'big' });
    outbox.enqueue({ room_id: 'r1', thread_id: null, body: 'small' });
    await vi.waitFor(() => expect(data.outbox).toHaveLength(1));
    expect(data.outbox[0]).toMatchObject({ key, state: 'failed', error: 'message is 20 KB; the limit is 16 KB' });
    outbox.remove(key);
    expect(stored).toEqual([]);
  });

  it('asks before telling many, then sends under a new key', async () => {
    const tries: Pending[] = [];
    const send: Sender = async (pending) => {
      tries.push(pending);
      if (!pending.confirm) throw new ApiError(422, 'confirm_needed', '@channel would tell 41 people');
      return answer(pending, 1);
    };
    const outbox = new Outbox(data, () => 'tab', kept, send);
    const key = outbox.enqueue({ room_id: 'r1', thread_id: null, body: '@channel' });
    await vi.waitFor(() => expect(data.outbox[0]?.state).toBe('confirm'));
    outbox.confirm(key);
    await vi.waitFor(() => expect(data.outbox).toHaveLength(0));
    expect(tries[1]?.confirm).toBe(true);
    expect(tries[1]?.key).not.toBe(key);
  });

  it('takes over after a reload what no living tab is sending', async () => {
    const entry = (key: string, tab: string): Pending => ({ key, room_id: 'r1', thread_id: null, body: key, ring: null, files: [], confirm: false, created_at: 0, state: 'waiting', error: null, tab });
    stored = [entry('mine', 'tab'), entry('orphan', 'dead'), entry('theirs', 'alive')];
    const sent: string[] = [];
    const outbox = new Outbox(data, () => 'tab', kept, async (pending) => {
      sent.push(pending.key);
      return answer(pending, sent.length);
    });
    outbox.restore(new Set(['tab', 'alive']));
    await vi.waitFor(() => expect(sent).toEqual(['mine', 'orphan']));
  });
});
