/**
 * A rendered message as one line of words, for rows of lists, names for readers of the screen, and notifications.
 * Works on what the server has rendered and cleaned; what comes out is text and must be put on the page as text.
 */
import type { Body } from './types.ts';

/** Tags between whose sides words would otherwise run together. */
const BLOCK = /<\/?(?:p|br|hr|h[1-6]|ul|ol|li|blockquote|pre|table|thead|tbody|tr|td|th|div|figure|figcaption)\b[^>]*>/gi;
const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

function entity(whole: string, name: string): string {
  if (!name.startsWith('#')) return NAMED[name.toLowerCase()] ?? whole;
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10);
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
}

/** Words of sanitized markup, every run of white space one space. */
export function plainText(html: string): string {
  return html
    .replace(/<img\b[^>]*?\balt="([^"]*)"[^>]*>/gi, '$1')
    .replace(BLOCK, ' ')
    .replace(/<[^>]*>/g, '')
    .replace(/&(#?[a-z0-9]+);/gi, entity)
    .replace(/\s+/g, ' ')
    .trim();
}

/** The words of a message, at most `limit` characters of markup looked at; nothing for what is no text. */
export function bodyText(body: Body, limit = 400): string {
  if (body.kind !== 'markdown') return '';
  // Cut in time: a row shows a line or two. A tag cut in half goes with it.
  return body.html ? plainText(body.html.slice(0, limit * 4).replace(/<[^>]*$/, '')).slice(0, limit) : body.text.slice(0, limit);
}
