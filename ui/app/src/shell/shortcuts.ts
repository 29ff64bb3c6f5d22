/** Keys that work everywhere. Single letters are left to lists; nothing here needs a letter alone. */
import { go, router } from '../lib/router.svelte.ts';
import { needsMe, roomPath, sidebarRooms } from '../lib/rooms.ts';
import { openDialog, ui } from '../lib/ui.svelte.ts';
import type { Room } from '../lib/types.ts';

function step(by: 1 | -1, unread: boolean): void {
  const { starred, channels, directs } = sidebarRooms();
  const all = [...starred, ...channels, ...directs];
  const at = all.findIndex((room) => room.id === router.segments[1]);
  const wanted = (room: Room): boolean => !unread || needsMe(room) > 0 || (room.state?.unread ?? 0) > 0;
  for (let index = 1; index <= all.length; index += 1) {
    const room = all[(at + by * index + all.length * 2) % all.length];
    if (room && wanted(room)) return go(roomPath(room));
  }
}

/** Where the focus goes in a part of the window, best first. */
const TARGETS = ['textarea', '[data-row][tabindex="0"]', '[aria-current]', 'a[href]', 'button'];

/** F6: the next part of the window (rail, list, main, pane). */
function nextRegion(back: boolean): void {
  // What small windows show is there in wide ones too, unseen: it takes no focus.
  const seen = (element: HTMLElement): boolean => element.getClientRects().length > 0;
  const regions = [...document.querySelectorAll<HTMLElement>('.rail, .sidebar, .listcol, .main, .pane')].filter(seen);
  const at = regions.findIndex((region) => region.contains(document.activeElement));
  const next = regions[(at + (back ? -1 : 1) + regions.length) % regions.length];
  if (!next) return;
  const found = TARGETS.flatMap((target) => [...next.querySelectorAll<HTMLElement>(target)]).find(seen);
  (found ?? next).focus();
}

export function shortcuts(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const command = event.ctrlKey || event.metaKey;
  if (command && !event.altKey && event.key.toLowerCase() === 'k' && !event.shiftKey) {
    event.preventDefault();
    if (ui.dialog?.name !== 'switcher') openDialog('switcher');
  } else if (command && event.key === '/') {
    event.preventDefault();
    openDialog('keys');
  } else if (command && event.shiftKey && event.key.toLowerCase() === 'f') {
    event.preventDefault();
    go('/search');
  } else if (event.altKey && !command && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
    event.preventDefault();
    step(event.key === 'ArrowUp' ? -1 : 1, event.shiftKey);
  } else if (event.key === 'F6') {
    event.preventDefault();
    nextRegion(event.shiftKey);
  } else if (event.key === 'Escape' && ui.sheet) {
    ui.sheet = false;
  }
}
