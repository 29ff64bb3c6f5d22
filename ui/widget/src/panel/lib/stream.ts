/**
 * The visitor's stream: one WebSocket that comes back by itself with its sealed cursor.
 * Never puts the token into the address: it is in the first frame.
 */

/** The first frame that carries an event; fields beyond these depend on the type. */
export interface Frame {
  type: string;
  cursor?: string;
  resumed?: boolean;
  number?: number;
  status?: string;
  data?: unknown;
}

export interface StreamHooks {
  token(): string | null;
  event(frame: Frame): void;
  /** Connected; `gap` means that events were missed and everything has to be fetched anew. */
  ready(gap: boolean): void;
  down(): void;
  revoked(): void;
}

/** Milliseconds. */
const FIRST = 500;
const LONGEST = 30_000;
const QUIET = 25_000;
const PONG = 10_000;

export class Stream {
  cursor: string | null = null;
  #socket: WebSocket | null = null;
  #wanted = false;
  #attempts = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #beat: ReturnType<typeof setTimeout> | undefined;
  #up = false;

  constructor(
    private url: string,
    private hooks: StreamHooks,
    private make: (url: string) => WebSocket = (address) => new WebSocket(address),
  ) {}

  get up(): boolean {
    return this.#up;
  }

  /** Wants to be connected from now on; right away if it waits for its next attempt. */
  open(): void {
    this.#wanted = true;
    if (this.#socket) return;
    clearTimeout(this.#timer);
    this.#dial();
  }

  /** Wants to be away: hidden for long, or leaving the page. */
  close(): void {
    this.#wanted = false;
    clearTimeout(this.#timer);
    this.#hangUp();
  }

  /** Sends a frame that may be lost (typing). */
  send(frame: object): void {
    if (this.#up) this.#socket?.send(JSON.stringify(frame));
  }

  #dial(): void {
    const token = this.hooks.token();
    if (!token) return;
    const socket = this.make(this.url);
    this.#socket = socket;
    socket.onopen = () => {
      socket.send(JSON.stringify({ type: "hello", cursor: this.cursor, token }));
      this.#listen();
    };
    socket.onmessage = (event: MessageEvent) => {
      if (socket === this.#socket) this.#heard(event.data);
    };
    socket.onclose = socket.onerror = () => {
      if (socket === this.#socket) this.#lost();
    };
  }

  /** After a quiet while ask whether anyone is there; no answer means a dead line. */
  #listen(): void {
    clearTimeout(this.#beat);
    this.#beat = setTimeout(() => {
      this.#socket?.send('{"type":"ping"}');
      this.#beat = setTimeout(() => this.#lost(), PONG);
    }, QUIET);
  }

  #heard(raw: unknown): void {
    let frame: Frame;
    try {
      frame = JSON.parse(String(raw)) as Frame;
    } catch {
      return;
    }
    this.#listen();
    if (frame.type === "ready") {
      const gap = frame.resumed === false && this.cursor !== null;
      this.cursor = frame.cursor ?? this.cursor;
      this.#attempts = 0;
      this.#up = true;
      this.hooks.ready(gap);
    } else if (frame.type === "resume") {
      this.#lost();
    } else if (frame.type === "resync") {
      this.#hangUp();
      this.cursor = null;
      this.#up = false;
      this.#again();
      this.hooks.ready(true);
    } else if (frame.type === "revoked") {
      this.close();
      this.cursor = null;
      this.hooks.revoked();
    } else if (frame.type !== "pong") {
      if (frame.cursor) {
        if (frame.cursor === this.cursor) return;
        this.cursor = frame.cursor;
      }
      this.hooks.event(frame);
    }
  }

  #lost(): void {
    this.#hangUp();
    if (this.#wanted) this.#again();
  }

  #hangUp(): void {
    clearTimeout(this.#beat);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    if (this.#up) {
      this.#up = false;
      this.hooks.down();
    }
  }

  /** Waits longer each time, with a random share, so that a restarted server is not stormed. */
  #again(): void {
    const wait = Math.min(LONGEST, FIRST * 2 ** this.#attempts++) * (0.5 + Math.random() / 2);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#dial(), wait);
  }
}
