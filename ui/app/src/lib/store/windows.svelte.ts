/**
 * What is loaded of one timeline: a run of message ids without a hole, ascending by number.
 * Knows whether more lies before and after. Does not fetch and does not hold messages.
 */
import type { ApiError } from '../api.ts';
import type { Id, Message } from '../types.ts';

/** Rows kept of one timeline; beyond it the far end is let go and fetched again when scrolled to. */
export const WINDOW_LIMIT = 300;

type Numbered = Pick<Message, 'id' | 'number'>;

export class RoomWindow {
  ids = $state.raw<Id[]>([]);
  hasBefore = $state(false);
  hasAfter = $state(false);
  loaded = $state(false);
  loading = $state.raw<'start' | 'before' | 'after' | null>(null);
  error = $state.raw<ApiError | null>(null);
  /** Messages that were told by events while a fetch was under way. */
  private arrived: Numbered[] = [];
  private numbers = new Map<Id, number>();

  /** A new message by an event. Appended only where nothing is missing between. */
  post(message: Numbered): void {
    if (this.loading) this.arrived.push(message);
    if (!this.loaded || this.hasAfter) return;
    this.merge([message]);
  }

  /** Starts anew with what a fetch answered. */
  replace(items: Numbered[], hasBefore: boolean, hasAfter: boolean): void {
    this.ids = [];
    this.numbers.clear();
    this.merge(items);
    this.hasBefore = hasBefore;
    this.hasAfter = hasAfter;
    this.loaded = true;
    this.settle();
  }

  prepend(items: Numbered[], hasBefore: boolean): void {
    this.merge(items);
    this.hasBefore = hasBefore;
    if (this.ids.length > WINDOW_LIMIT) {
      this.cut(0, WINDOW_LIMIT);
      this.hasAfter = true;
    }
    this.settle();
  }

  append(items: Numbered[], hasAfter: boolean): void {
    this.merge(items);
    this.hasAfter = hasAfter;
    this.settle();
    if (this.ids.length > WINDOW_LIMIT) {
      this.cut(this.ids.length - WINDOW_LIMIT);
      this.hasBefore = true;
    }
  }

  /** Lets go of the oldest rows; only called while the newest are in view. */
  trim(): void {
    if (this.ids.length <= WINDOW_LIMIT) return;
    this.cut(this.ids.length - WINDOW_LIMIT + 50);
    this.hasBefore = true;
  }

  forget(id: Id): void {
    if (!this.numbers.delete(id)) return;
    this.ids = this.ids.filter((other) => other !== id);
  }

  first(): number | null {
    const id = this.ids[0];
    return id === undefined ? null : (this.numbers.get(id) ?? null);
  }

  last(): number | null {
    const id = this.ids.at(-1);
    return id === undefined ? null : (this.numbers.get(id) ?? null);
  }

  /** True when the message with this number is in the run (or would be, had it been a root message). */
  covers(number: number): boolean {
    const first = this.first();
    const last = this.last();
    if (first === null || last === null) return false;
    return (number >= first || !this.hasBefore) && (number <= last || !this.hasAfter);
  }

  private settle(): void {
    if (!this.hasAfter) this.merge(this.arrived);
    this.arrived = [];
  }

  private cut(from: number, to?: number): void {
    const kept = this.ids.slice(from, to);
    this.ids = kept;
    this.numbers = new Map(kept.map((id) => [id, this.numbers.get(id) ?? 0]));
  }

  private merge(items: Numbered[]): void {
    const fresh = items.filter((item) => !this.numbers.has(item.id));
    if (fresh.length === 0) return;
    for (const item of fresh) this.numbers.set(item.id, item.number);
    this.ids = [...this.ids, ...fresh.map((item) => item.id)].sort((a, b) => (this.numbers.get(a) ?? 0) - (this.numbers.get(b) ?? 0));
  }
}

/** One thread's replies: always whole, as the API gives it. */
export class ThreadWindow {
  ids = $state.raw<Id[]>([]);
  loaded = $state(false);
  loading = $state(false);
  error = $state.raw<ApiError | null>(null);
  following = $state(false);
  readNumber = $state(0);
  private arrived: Numbered[] = [];
  private numbers = new Map<Id, number>();

  post(message: Numbered): void {
    if (this.loading) this.arrived.push(message);
    if (this.loaded) this.merge([message]);
  }

  replace(items: Numbered[]): void {
    this.ids = [];
    this.numbers.clear();
    this.merge([...items, ...this.arrived]);
    this.arrived = [];
    this.loaded = true;
  }

  last(): number {
    const id = this.ids.at(-1);
    return id === undefined ? 0 : (this.numbers.get(id) ?? 0);
  }

  private merge(items: Numbered[]): void {
    const fresh = items.filter((item) => !this.numbers.has(item.id));
    for (const item of fresh) this.numbers.set(item.id, item.number);
    if (fresh.length > 0) {
      this.ids = [...new Set([...this.ids, ...fresh.map((item) => item.id)])].sort(
        (a, b) => (this.numbers.get(a) ?? 0) - (this.numbers.get(b) ?? 0),
      );
    }
  }
}
