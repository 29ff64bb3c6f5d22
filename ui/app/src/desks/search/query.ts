/** The search grammar as chips: `from:ada has:file "two words"` ⇄ filters and words. Pure. */

export const FILTERS = ['from', 'in', 'before', 'after', 'has'] as const;
export type FilterName = (typeof FILTERS)[number];
export interface Filter { name: FilterName; value: string }
export interface Query { filters: Filter[]; words: string }

const pattern = /(?:^|\s)(from|in|before|after|has):(?:"([^"]*)"|(\S+))/gi;

export function parseQuery(text: string): Query {
  const filters: Filter[] = [];
  const words = text.replace(pattern, (_whole, name: string, quoted: string | undefined, plain: string | undefined) => {
    filters.push({ name: name.toLowerCase() as FilterName, value: quoted ?? plain ?? '' });
    return ' ';
  });
  return { filters, words: words.replace(/\s+/g, ' ').trim() };
}

export function writeQuery({ filters, words }: Query): string {
  const parts = filters.map(({ name, value }) => `${name}:${/\s/.test(value) ? `"${value}"` : value}`);
  return [...parts, words.trim()].filter(Boolean).join(' ');
}
