/**
 * Who the visitor is on this host: `<sid> <token>` in the host's localStorage under `portico:<key>`.
 * Blocked storage means memory only. A plain string, because the host may have replaced JSON.
 */

export interface Stored {
  /** Names this visitor locally, so that unsent messages find their author. Never sent to the server. */
  sid: string;
  token: string | null;
  /** Reads storage again (another tab may have been faster) and sees to it that there is a `sid`. */
  load(): void;
  /** Remembers both. Nothing is stored before this: a look at the page leaves no trace. */
  keep(token: string | null): void;
  forget(): void;
}

/** Storage throws where it is blocked or full; then there is none. */
export function safe<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

export function stored(name: string): Stored {
  const self: Stored = {
    sid: "",
    token: null,
    load() {
      const text = safe(() => localStorage.getItem(name));
      if (text) {
        const at = text.indexOf(" ");
        self.sid = text.slice(0, at);
        self.token = text.slice(at + 1) || null;
      }
      // Not a secret and no credential: it only has to differ from the last visitor's.
      self.sid ||= (Date.now() + Math.random()).toString(36);
    },
    keep(token) {
      self.token = token;
      safe(() => localStorage.setItem(name, self.sid + " " + (token ?? "")));
    },
    forget() {
      self.sid = "";
      self.token = null;
      safe(() => localStorage.removeItem(name));
    },
  };
  self.load();
  return self;
}
