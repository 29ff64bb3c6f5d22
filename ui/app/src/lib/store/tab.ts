/** This tab's name: kept over a reload, proven alive to the other tabs by a lock held as long as the tab lives. */
const KEY = 'portico.tab';
const lockName = (tab: string): string => `portico.tab.${tab}`;

let id = '';

export function tabId(): string {
  return id;
}

/** Takes a name. A duplicated tab starts with a copy of the other's storage, finds the lock taken, and picks a new one. */
export async function claimTab(): Promise<string> {
  if (id) return id;
  const wanted = sessionStorage.getItem(KEY) ?? crypto.randomUUID();
  id = (await hold(wanted)) ? wanted : crypto.randomUUID();
  if (id !== wanted) await hold(id);
  sessionStorage.setItem(KEY, id);
  return id;
}

function hold(tab: string): Promise<boolean> {
  if (!navigator.locks) return Promise.resolve(true);
  return new Promise((settled) => {
    void navigator.locks.request(lockName(tab), { ifAvailable: true }, (lock) => {
      settled(lock !== null);
      return lock ? new Promise<never>(() => {}) : undefined;
    });
  });
}

/** Names of the tabs that are open now. */
export async function livingTabs(): Promise<Set<string>> {
  if (!navigator.locks) return new Set([id]);
  const held = (await navigator.locks.query()).held ?? [];
  const prefix = lockName('');
  return new Set(held.flatMap((lock) => (lock.name?.startsWith(prefix) ? [lock.name.slice(prefix.length)] : [])));
}
