/** Contacts by name, asked of the server a moment after the last letter; the newest answer is kept. */
import { get } from '../../lib/api.ts';
import type { Contact, Page } from '../../lib/types.ts';

const WAIT = 200;

class Finder {
  private answer = $state.raw<{ query: string; items: Contact[] }>({ query: '', items: [] });
  private wanted = '';
  private timer: ReturnType<typeof setTimeout> | undefined;

  look(query: string): void {
    if (query === this.wanted) return;
    this.wanted = query;
    clearTimeout(this.timer);
    if (query.length < 2) return;
    this.timer = setTimeout(() => {
      get<Page<Contact>>('/contacts', { q: query, limit: 10 }).then(
        (page) => {
          if (query === this.wanted) this.answer = { query, items: page.items };
        },
        () => {}, // without the server the store's own names are found
      );
    }, WAIT);
  }
  /** What was found for this text, or for its beginning while the answer is on its way. */
  found(query: string): Contact[] {
    return this.answer.query !== '' && query.startsWith(this.answer.query) ? this.answer.items.filter((one) => this.answer.query === query || one.name.toLocaleLowerCase().includes(query)) : [];
  }
}
export const finder = new Finder();
