/** What a menu offers. */
import type { IconName } from './icons.ts';

export interface MenuItem {
  label: string;
  /** What the item stands for, for whoever draws its lead. */
  value?: string | null;
  icon?: IconName;
  /** Shortcut shown at the end of the line. */
  key?: string;
  danger?: boolean;
  /** Makes it a choice among others. */
  checked?: boolean;
  /** Begins a new group: a line above. */
  rule?: boolean;
  act: () => void;
}

/** Places a floating element at its anchor, inside the window. */
export function place(floating: HTMLElement, anchor: DOMRect, end = true): void {
  const box = floating.getBoundingClientRect();
  const rtl = document.documentElement.dir === 'rtl';
  const left = end !== rtl ? anchor.right - box.width : anchor.left;
  const below = anchor.bottom + 4;
  const top = below + box.height > innerHeight - 8 ? anchor.top - box.height - 4 : below;
  floating.style.left = `${Math.max(8, Math.min(left, innerWidth - box.width - 8))}px`;
  floating.style.top = `${Math.max(8, Math.min(top, innerHeight - box.height - 8))}px`;
}
