/**
 * Letters of the desk: J K move, E resolve, Shift+E resolve and next, N note, R reply, A assign, S snooze. They act only while
 * the list (or nothing) has the focus, never in a field, a dialog or a message, and not for people who turned letters off.
 */
import { go } from '../../lib/router.svelte.ts';
import { data } from '../../lib/store/index.ts';
import type { Id } from '../../lib/types.ts';
import { resolveAndNext, setStatus } from './commands.ts';
import { conversationPath, desk, neighbour } from './desk.svelte.ts';

function inList(): boolean {
  const active = document.activeElement;
  if (!active || active === document.body) return true;
  if (active.matches('input, textarea, select, [contenteditable]')) return false;
  return active.id === 'main' || active.closest('.listcol') !== null;
}

function step(id: Id | null, by: 1 | -1): void {
  const next = neighbour(id, by);
  if (!next) return;
  go(conversationPath(next.id));
  document.querySelector<HTMLElement>(`.listcol [data-id="${next.id}"]`)?.focus({ preventScroll: true });
}

export function deskKeys(event: KeyboardEvent, id: Id | null): void {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (data.me?.preferences.letter_keys === 'off' || document.querySelector('dialog[open], :popover-open') || !inList()) return;
  const key = event.key.toLowerCase();
  const move: Record<string, () => void> = { j: () => step(id, 1), k: () => step(id, -1) };
  const act: Record<string, (id: Id) => void> = {
    e: (it) => (event.shiftKey ? resolveAndNext(it) : setStatus(it, 'resolved')),
    n: () => (desk.write = { ring: 'team' }),
    r: () => (desk.write = { ring: 'everyone' }),
    a: (it) => (desk.dialog = { name: 'assign', id: it }),
    s: (it) => (desk.dialog = { name: 'snooze', id: it }),
  };
  const run = move[key] ?? (id !== null ? act[key]?.bind(null, id) : undefined);
  if (!run || (event.shiftKey && key !== 'e')) return;
  event.preventDefault();
  run();
}
