/** How it stands with the server, as far as the visitor has to know, and when to try again. */
import type { Trouble } from "./client";

/** Milliseconds. */
const RETRY = { first: 1_000, longest: 60_000 };
const SHORT = 2_000;

export class Weather {
  /** The server cannot be reached, for long enough to say so. */
  offline = $state(!navigator.onLine);
  /** The server answers with errors of its own. */
  busy = $state(false);
  /** Unix milliseconds until which the server asked us to be quiet, or 0. */
  slowUntil = $state(0);
  #attempts = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #down: ReturnType<typeof setTimeout> | undefined;

  constructor(private again: () => void) {
    addEventListener("online", again);
    addEventListener("offline", () => (this.offline = true));
  }

  /** Tries again later: when the server says, or after a growing while. */
  later(trouble: Trouble | null): void {
    let wait = Math.min(RETRY.longest, RETRY.first * 2 ** this.#attempts++) * (0.75 + Math.random() / 4);
    if (trouble?.status === 429) {
      wait = Math.max(trouble.wait ?? wait, RETRY.first);
      this.slowUntil = Date.now() + wait;
    } else {
      wait = trouble?.wait || wait;
      if (trouble?.status === 0) this.offline = true;
      else if (trouble && trouble.status !== 401) this.busy = true;
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.slowUntil = 0;
      this.again();
    }, wait);
  }

  /** Something got through. */
  clear(): void {
    clearTimeout(this.#down);
    this.#attempts = 0;
    this.offline = this.busy = false;
  }

  /** The stream broke. Short breaks are nobody's business. */
  broken(still: () => boolean): void {
    clearTimeout(this.#down);
    this.#down = setTimeout(() => (this.offline = still()), SHORT);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
