import { describe, expect, it } from 'vitest';
import { wayBack } from '../desks/security/undo.ts';

describe('the way back from a change of state', () => {
  it('is one step between open states', () => {
    expect(wayBack({ state: 'new', close_reason: null }, 'triaged')).toEqual([{ state: 'new' }]);
    expect(wayBack({ state: 'triaged', close_reason: null }, 'needs_info')).toEqual([{ state: 'triaged' }]);
  });
  it('leads a closed report through new, as the server wants it', () => {
    expect(wayBack({ state: 'triaged', close_reason: null }, 'closed')).toEqual([{ state: 'new' }, { state: 'triaged' }]);
    expect(wayBack({ state: 'new', close_reason: null }, 'closed')).toEqual([{ state: 'new' }]);
  });
  it('closes a reopened one with the reason it had', () => {
    expect(wayBack({ state: 'closed', close_reason: 'spam' }, 'new')).toEqual([{ state: 'closed', close_reason: 'spam' }]);
  });
  it('has none where only the reporter could', () => expect(wayBack({ state: 'closed', close_reason: 'withdrawn' }, 'new')).toEqual([]));
  it('has none where nothing changed', () => expect(wayBack({ state: 'new', close_reason: null }, 'new')).toEqual([]));
});
