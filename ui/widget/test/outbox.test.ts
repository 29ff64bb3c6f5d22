import { beforeEach, describe, expect, it } from "vitest";
import { Trouble } from "../src/panel/lib/client";
import { KEEP, Outbox, type Entry, type Shelf } from "../src/panel/lib/outbox";
import type { Message } from "../src/shared/wire";

/** A shelf that stores as IndexedDB does: copies, by key. */
function memory(): Shelf & { map: Map<string, Entry> } {
  const map = new Map<string, Entry>();
  return {
    map,
    all: async () => [...map.values()].map((entry) => structuredClone(entry)),
    put: async (entry) => void map.set(entry.key, structuredClone(entry)),
    remove: async (key) => void map.delete(key),
  };
}

const broken: Shelf = {
  all: () => Promise.reject(new Error("blocked")),
  put: () => Promise.reject(new Error("blocked")),
  remove: () => Promise.reject(new Error("blocked")),
};

/** A server that knows idempotency keys and can be told to fail. */
class Server {
  log: string[] = [];
  attempts: string[] = [];
  trouble: Trouble | null = null;
  /** Fails after having done the work: the answer is lost. */
  deaf = false;
  #known = new Map<string, Message>();

  async send(entry: Entry): Promise<Message> {
    this.attempts.push(entry.body);
    if (this.trouble) throw this.trouble;
    let message = this.#known.get(entry.key);
    if (!message) {
      this.log.push(entry.body);
      message = { id: entry.key, number: this.log.length, client_key: entry.key } as Message;
      this.#known.set(entry.key, message);
    }
    if (this.deaf) throw new Trouble(0, "offline");
    return message;
  }
}

let server: Server;
let shelf: ReturnType<typeof memory>;
let later: Trouble[];
let refused: Trouble[];
let sent: string[];

function outbox(on: Shelf = shelf, now?: () => number): Outbox {
  return new Outbox(
    on,
    {
      send: (entry) => server.send(entry),
      changed: () => undefined,
      sent: (message) => sent.push(message.id),
      later: (trouble) => later.push(trouble),
      refused: (trouble) => refused.push(trouble),
    },
    now,
  );
}

beforeEach(() => {
  server = new Server();
  shelf = memory();
  later = [];
  refused = [];
  sent = [];
});

describe("outbox", () => {
  it("sends in the order of writing, one after the other, and empties the shelf", async () => {
    const box = outbox();
    await box.restore("s");
    for (const text of ["one", "two", "three"]) box.add(text, []);
    await Promise.all([box.flush(), box.flush()]);
    expect(server.log).toEqual(["one", "two", "three"]);
    expect(server.attempts).toHaveLength(3);
    expect(box.size).toBe(0);
    expect(shelf.map.size).toBe(0);
  });

  it("keeps the order when the clock stands still or runs back", async () => {
    let clock = 100;
    const box = outbox(shelf, () => clock--);
    await box.restore("s");
    for (const text of ["one", "two", "three"]) box.add(text, []);
    const again = outbox(shelf, () => 200);
    await again.restore("s");
    await again.flush();
    expect(server.log).toEqual(["one", "two", "three"]);
  });

  it("stops at a passing trouble, leaves the rest in place, and goes on later", async () => {
    const box = outbox();
    await box.restore("s");
    box.add("one", []);
    box.add("two", []);
    server.trouble = new Trouble(429, "rate_limited", null, 2000);
    await box.flush();
    expect(server.attempts).toEqual(["one"]);
    expect(later.map((one) => one.wait)).toEqual([2000]);
    server.trouble = null;
    await box.flush();
    expect(server.log).toEqual(["one", "two"]);
  });

  it("never doubles: lost answers, a reload, and a second try", async () => {
    const box = outbox();
    await box.restore("s");
    box.add("one", []);
    box.add("two", []);
    server.deaf = true;
    await box.flush();
    expect(server.log).toEqual(["one"]);
    server.deaf = false;
    const reloaded = outbox();
    await reloaded.restore("s");
    await reloaded.flush();
    expect(server.log).toEqual(["one", "two"]);
  });

  it("drops an entry that the stream brought, and goes on with the next", async () => {
    const box = outbox();
    await box.restore("s");
    const first = box.add("one", []);
    box.add("two", []);
    const send = server.send.bind(server);
    server.send = async (entry) => {
      if (entry.key !== first) return send(entry);
      server.log.push(entry.body);
      box.settle(first);
      throw new Trouble(0, "offline");
    };
    await box.flush();
    expect(server.log).toEqual(["one", "two"]);
    expect(later).toEqual([]);
    expect(box.size).toBe(0);
  });

  it("marks what the server refuses, sends the rest, and retries under the old key", async () => {
    const box = outbox();
    await box.restore("s");
    const long = box.add("long", []);
    const send = server.send.bind(server);
    server.send = async (entry) => {
      if (entry.key === long) throw new Trouble(413, "too_large");
      return send(entry);
    };
    box.add("short", []);
    await box.flush();
    expect(server.log).toEqual(["short"]);
    expect(shelf.map.get(long)?.failed).toBe("too_large");
    expect(box.waiting).toBe(false);
    expect(refused.map((one) => one.code)).toEqual(["too_large"]);
    server.send = send;
    await box.retry(long);
    expect(sent).toContain(long);
  });

  it("takes up only its own visitor's entries, and lets very old ones go", async () => {
    const old = outbox(shelf, () => 0);
    await old.restore("s");
    old.add("ancient", []);
    const other = outbox(shelf, () => KEEP + 5);
    await other.restore("other");
    other.add("another's", []);
    const box = outbox(shelf, () => KEEP + 10);
    await box.restore("s");
    await box.flush();
    expect(server.log).toEqual([]);
    expect([...shelf.map.values()].map((entry) => entry.body)).toEqual(["another's"]);
  });

  it("does not send one proved person's words in another's name", async () => {
    const box = outbox();
    await box.restore("s");
    box.add("nobody's", []);
    await box.own("ann");
    box.add("ann's", []);
    await box.own("bob");
    await box.flush();
    expect(server.log).toEqual(["nobody's"]);
  });

  it("forgets everything on shutdown", async () => {
    const box = outbox();
    await box.restore("s");
    box.add("one", []);
    await box.clear();
    await box.flush();
    expect(server.attempts).toEqual([]);
    expect(shelf.map.size).toBe(0);
  });

  it("works in memory when storage is blocked", async () => {
    const box = outbox(broken);
    await box.restore("s");
    box.add("one", []);
    await box.flush();
    expect(server.log).toEqual(["one"]);
  });
});
