/** What rows need from the list around them. */
import { getContext, setContext } from 'svelte';
import type { Id, Message } from '../lib/types.ts';

export interface TimelineContext {
  /** Opens the thread of a root message; absent inside a thread. */
  openThread?: (root: Id) => void;
  /** Messages can be written, changed and reacted to here. */
  writable: () => boolean;
  /** The message being edited, and how to change that. */
  editing: () => Id | null;
  edit: (id: Id | null) => void;
  /** Rows of inner rings carry their words; with `true` so do all others (security), with `inner` only those (customers). */
  showRings: () => boolean | 'inner';
  /** The newest message that the person outside has read. */
  seen?: () => Id | null;
  markUnread?: (message: Message) => void;
  /** Shows a row lit after a jump. */
  lit: () => number | null;
}

const KEY = Symbol('timeline');
export function provideTimeline(context: TimelineContext): void {
  setContext(KEY, context);
}
export function useTimeline(): TimelineContext {
  return getContext<TimelineContext>(KEY);
}
