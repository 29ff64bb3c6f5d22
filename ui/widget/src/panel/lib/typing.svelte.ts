/** Typing, both ways: who of the team writes, and telling the team that the visitor does. */

/** Milliseconds. */
const SHOWN = 5_000;
const EVERY = { plain: 2_500, preview: 600 };

export class Typing {
  /** The name of who writes to us just now. */
  who = $state<string | null>(null);
  #shown: ReturnType<typeof setTimeout> | undefined;
  #told = 0;
  #next: ReturnType<typeof setTimeout> | undefined;

  constructor(private send: (frame: object) => void) {}

  heard(name: string | null): void {
    this.who = name;
    clearTimeout(this.#shown);
    this.#shown = setTimeout(() => (this.who = null), SHOWN);
  }

  /** The text goes along only with `preview`, which the panel announces in plain sight. The last state is always told. */
  wrote(text: string, preview: boolean): void {
    const rest = this.#told + (preview ? EVERY.preview : EVERY.plain) - Date.now();
    clearTimeout(this.#next);
    const tell = (): void => {
      this.#told = Date.now();
      this.send(preview ? { type: "typing", text } : { type: "typing" });
    };
    if (rest <= 0) tell();
    else if (preview) this.#next = setTimeout(tell, rest);
  }

  /** The text was sent: nothing of it may follow as typing. */
  stop(): void {
    clearTimeout(this.#next);
    this.#told = 0;
  }
}
