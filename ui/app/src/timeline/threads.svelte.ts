/** Going into a thread and out of it again, with the focus: into its field on the way in, back to its message on the way out. */
import { tick } from 'svelte';
import { go, withQuery } from '../lib/router.svelte.ts';
import { data } from '../lib/store/index.ts';
import type { Id } from '../lib/types.ts';

/** The thread whose field takes the focus as soon as it is there. */
export const wanted = $state({ write: null as Id | null });

/** Opens a thread beside its timeline, ready to write in. A finger gets no keyboard pushed at it. */
export function openThread(root: Id): void {
  if (matchMedia('(pointer: fine)').matches) wanted.write = root;
  go(withQuery({ thread: root, pane: null, m: null }));
}

/** Closes it; the focus goes to the message it hangs on, else to the main column. */
export function closeThread(root: Id): void {
  wanted.write = null;
  go(withQuery({ thread: null, reply: null }));
  const number = data.messages.get(root)?.number ?? 0;
  void tick().then(() => (document.querySelector<HTMLElement>(`.main [data-number="${number}"]`) ?? document.getElementById('main'))?.focus());
}
