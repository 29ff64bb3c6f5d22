import { describe, expect, it } from "vitest";
import { countUnread, merge, refresh, remove, rows } from "../src/panel/lib/log";
import type { Entry } from "../src/panel/lib/outbox";
import type { Message } from "../src/shared/wire";

const NOON = new Date(2026, 10, 21, 12).getTime();

function message(number: number, more: Partial<Message> = {}): Message {
  return {
    id: `m${number}`,
    number,
    mine: false,
    author: { name: "Ingrid", picture: null },
    body: { text: `text ${number}`, html: "" },
    created_at: NOON + number * 1000,
    edited_at: null,
    files: [],
    client_key: null,
    ...more,
  };
}

const numbers = (list: readonly Message[]): number[] => list.map((one) => one.number);

describe("merge", () => {
  it("orders by number whatever the order of arrival", () => {
    const list = [3, 1, 5, 2, 4].map((number) => message(number)).reduce<Message[]>(merge, []);
    expect(numbers(list)).toEqual([1, 2, 3, 4, 5]);
  });

  it("holds each message once, however often it comes", () => {
    const list = [1, 2, 1, 2, 2].map((number) => message(number)).reduce<Message[]>(merge, []);
    expect(numbers(list)).toEqual([1, 2]);
  });

  it("keeps the later edit and never brings a deleted message back", () => {
    const edited = message(1, { edited_at: 20, body: { text: "new", html: "" } });
    expect(merge([edited], message(1, { edited_at: 10 }))[0]).toBe(edited);
    const deleted = message(1, { body: { deleted: true } });
    expect(merge([deleted], edited)[0]).toBe(deleted);
    expect(merge([edited], deleted)[0]).toBe(deleted);
  });
});

describe("refresh", () => {
  it("takes the page, keeps what came after it, and lets older pages go", () => {
    const known = [1, 2, 8, 9].map((number) => message(number));
    expect(numbers(refresh(known, [6, 7, 8].map((number) => message(number))))).toEqual([6, 7, 8, 9]);
  });

  it("does not undo an edit that the stream brought while the page was on its way", () => {
    const edited = message(7, { edited_at: 5 });
    expect(refresh([edited], [message(7)])[0]).toBe(edited);
  });
});

describe("countUnread", () => {
  it("counts what the team said after the read number, without the deleted", () => {
    const list = [message(1), message(2), message(3, { mine: true }), message(4)];
    expect(countUnread(list, 1)).toBe(2);
    expect(countUnread(remove(list, "m4"), 1)).toBe(1);
    expect(countUnread(list, 4)).toBe(0);
  });
});

describe("rows", () => {
  const entry: Entry = { key: "k", sid: "s", visitor: null, body: "later", files: [], at: NOON + 60_000, failed: null };

  it("puts the days between, the divider before the first new message, waiting messages last", () => {
    const list = [message(1, { created_at: NOON - 86_400_000 }), message(2, { mine: true }), message(3), message(4)];
    expect(rows(list, [entry], 2, 0).map((row) => (row.kind === "message" ? row.message.number : row.kind))).toEqual([
      "day", 1, "day", 2, "unread", 3, 4, "entry",
    ]);
  });

  it("heads a group once and again after a break", () => {
    const list = [message(1), message(2), message(3, { created_at: NOON + 3_600_000 })];
    expect(rows(list, [], null, 0).flatMap((row) => (row.kind === "message" ? [row.head] : []))).toEqual([true, false, true]);
  });

  it("says seen or sent under the last own message only", () => {
    const list = [message(1, { mine: true }), message(2, { mine: true }), message(3)];
    const states = (seen: number) => rows(list, [], null, seen).flatMap((row) => (row.kind === "message" ? [row.state] : []));
    expect(states(1)).toEqual([null, "sent", null]);
    expect(states(2)).toEqual([null, "seen", null]);
  });

  it("gives a sent message the row of its entry", () => {
    const [, row] = rows([message(1, { mine: true, client_key: "k" })], [], null, 0);
    expect(row?.id).toBe("k");
  });
});
