/** Initials and tint of somebody without a picture. The same person always gets the same tint. */

const wide = /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}/u;

const first = (word: string): string => [...word][0] ?? '';

/** One or two letters; one for scripts whose letters are as wide as they are high. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const last = words.at(-1) ?? '?';
  if (words.length < 2 || wide.test(last)) return wide.test(last) ? first(last) : [...last].slice(0, 2).join('').toUpperCase();
  return (first(words[0] ?? '') + first(last)).toUpperCase();
}

/** 1 to 7. */
export function tint(id: string): number {
  let hash = 0;
  for (const char of id) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) >>> 0;
  return (hash % 7) + 1;
}
