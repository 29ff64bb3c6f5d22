/** Where we are: path, query, hash. Links inside the app become steps without a load. Knows no screens (routes.ts does). */

let location_ = $state.raw(new URL(location.href));
let steps = 0;

export const router = {
  get url(): URL {
    return location_;
  },
  get path(): string {
    return location_.pathname;
  },
  /** Path pieces, decoded. */
  get segments(): string[] {
    return location_.pathname.split('/').filter(Boolean).map(decodeURIComponent);
  },
  param(name: string): string | null {
    return location_.searchParams.get(name);
  },
};

export function go(to: string, options: { replace?: boolean } = {}): void {
  const next = new URL(to, location.href);
  if (next.href === location_.href) return;
  if (options.replace) history.replaceState(history.state, '', next);
  else {
    steps += 1;
    history.pushState({ step: steps }, '', next);
  }
  location_ = next;
}

/** The same place with some query fields changed; null takes one away. */
export function withQuery(change: Record<string, string | null>): string {
  const next = new URL(location_);
  for (const [name, value] of Object.entries(change)) {
    if (value === null) next.searchParams.delete(name);
    else next.searchParams.set(name, value);
  }
  return next.pathname + next.search;
}

/** One step back if we made one, else to `fallback`. */
export function back(fallback: string): void {
  if (steps > 0) history.back();
  else go(fallback, { replace: true });
}

/** True for a plain click on a link that this app answers. */
export function isOwnLink(anchor: HTMLAnchorElement, prefixes: string[]): boolean {
  if (anchor.target && anchor.target !== '_self') return false;
  if (anchor.hasAttribute('download') || anchor.origin !== location.origin) return false;
  const first = `/${anchor.pathname.split('/')[1] ?? ''}`;
  return first === '/' || prefixes.includes(first);
}

export function startRouter(prefixes: string[]): void {
  addEventListener('popstate', () => {
    steps = Math.max(0, steps - 1);
    location_ = new URL(location.href);
  });
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const anchor = (event.target as Element | null)?.closest?.('a[href]');
    if (!(anchor instanceof HTMLAnchorElement) || !isOwnLink(anchor, prefixes)) return;
    event.preventDefault();
    go(anchor.href);
  });
}
