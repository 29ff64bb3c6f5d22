import { describe, expect, it } from 'vitest';
import { t } from '../i18n/index.svelte.ts';

describe('names read the other way', () => {
  it('stand isolated in a sentence, so that the sentence keeps its direction', () => {
    expect(t('sys.member_joined', { actor: 'نور حداد' })).toBe('\u2068نور حداد\u2069 joined');
  });
  it('and others are left alone', () => expect(t('sys.member_joined', { actor: 'Олена' })).toBe('Олена joined'));
});
