/** The outbox on IndexedDB. Every call opens lazily and fails softly: blocked storage means memory only. */
import type { Entry, Shelf } from "./outbox";

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(new Error("storage refused"));
  });
}

export function shelf(name: string): Shelf {
  let opening: Promise<IDBDatabase> | null = null;

  function open(): Promise<IDBDatabase> {
    opening ??= (async () => {
      const request = indexedDB.open(name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore("outbox", { keyPath: "key" });
      return done(request);
    })();
    return opening;
  }

  async function store(mode: IDBTransactionMode): Promise<IDBObjectStore> {
    return (await open()).transaction("outbox", mode).objectStore("outbox");
  }

  return {
    all: async () => done((await store("readonly")).getAll() as IDBRequest<Entry[]>),
    put: async (entry) => void (await done((await store("readwrite")).put(entry))),
    remove: async (key) => void (await done((await store("readwrite")).delete(key))),
  };
}
