/**
 * Who is around, asked for when the stream has begun or comes back: who came and went meanwhile was told to nobody here.
 * A guest learns of the few they know as it changes.
 */
import { ApiError, get } from '../api.ts';
import type { Signal } from '../events.ts';
import type { Id, PresenceState } from '../types.ts';
import type { Data } from './data.svelte.ts';

export class Around {
  /** Whose presence was told while the answer was on its way: that is newer. */
  private told: Set<Id> | null = null;
  constructor(private readonly data: Data) {}

  signal(signal: Signal): void {
    if (signal.type === 'presence') for (const id of Object.keys(signal.data.members)) this.told?.add(id);
  }

  async fetch(): Promise<void> {
    const { presence, me } = this.data;
    if (!me || me.member.role === 'guest') return;
    const told = (this.told = new Set<Id>());
    try {
      const { members } = await get<{ members: Record<Id, PresenceState> }>('/presence');
      // Asked again meanwhile: that answer is the one.
      if (this.told !== told) return;
      for (const id of [...presence.keys()]) if (!told.has(id) && !(id in members)) presence.delete(id);
      for (const [id, state] of Object.entries(members)) if (!told.has(id)) presence.set(id, state);
    } catch (error) {
      // What stands there is shown until it changes.
      if (!(error instanceof ApiError)) throw error;
    } finally {
      if (this.told === told) this.told = null;
    }
  }
}
