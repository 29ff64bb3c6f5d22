/** Messages in order, and the rows the log shows for them. Pure functions; the state is elsewhere. */
import type { Message } from "../../shared/wire";
import type { Entry } from "./outbox";

/** Two messages of one author within this many milliseconds share one heading. */
const TOGETHER = 5 * 60_000;

export function isDeleted(message: Message): boolean {
  return "deleted" in message.body;
}

/** The later state of one message: deletion is final, then the later edit wins. */
function later(a: Message, b: Message): Message {
  if (isDeleted(a)) return a;
  if (isDeleted(b)) return b;
  return (b.edited_at ?? 0) >= (a.edited_at ?? 0) ? b : a;
}

/** The list with one message added or brought up to date; ascending by number, each id once. */
export function merge(list: readonly Message[], message: Message): Message[] {
  const at = list.findIndex((one) => one.id === message.id);
  const known = list[at];
  if (known) return list.with(at, later(known, message));
  let place = list.length;
  while (place > 0 && (list[place - 1]?.number ?? 0) > message.number) place--;
  return list.toSpliced(place, 0, message);
}

/** A freshly fetched newest page, with what the stream brought meanwhile. Older pages are let go: they can be fetched again. */
export function refresh(list: readonly Message[], page: readonly Message[]): Message[] {
  const from = page[0]?.number ?? 0;
  return list.filter((one) => one.number >= from).reduce<Message[]>(merge, page.slice());
}

export function remove(list: readonly Message[], id: string): Message[] {
  return list.map((one) => (one.id === id ? { ...one, body: { deleted: true }, files: [] } : one));
}

/** Messages of the team after the given number. */
export function countUnread(list: readonly Message[], read: number): number {
  return list.filter((one) => !one.mine && one.number > read && !isDeleted(one)).length;
}

export type Row =
  | { kind: "day"; id: string; at: number }
  | { kind: "unread"; id: string }
  | { kind: "message"; id: string; message: Message; head: boolean; state: "seen" | "sent" | null }
  | { kind: "entry"; id: string; entry: Entry };

function day(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`;
}

/**
 * Everything the log shows, oldest first.
 * `divider`: the number the visitor had read when the panel was opened, or null; `seen`: how far the team has read.
 */
export function rows(list: readonly Message[], entries: readonly Entry[], divider: number | null, seen: number): Row[] {
  const out: Row[] = [];
  const lastMine = list.findLast((one) => one.mine && !isDeleted(one));
  let before: Message | null = null;
  let today = "";
  let divided = divider === null;
  for (const message of list) {
    let fresh = false;
    if (day(message.created_at) !== today) {
      today = day(message.created_at);
      out.push({ kind: "day", id: `day ${message.id}`, at: message.created_at });
      fresh = true;
    }
    if (!divided && !message.mine && message.number > (divider ?? 0)) {
      divided = fresh = true;
      out.push({ kind: "unread", id: "unread" });
    }
    const head: boolean =
      fresh ||
      !before ||
      before.mine !== message.mine ||
      before.author.name !== message.author.name ||
      message.created_at - before.created_at > TOGETHER;
    const state = message !== lastMine ? null : message.number <= seen ? "seen" : "sent";
    // The client's key names the row, so that a sent message takes the place of its entry without a jump.
    out.push({ kind: "message", id: message.client_key ?? message.id, message, head, state });
    before = message;
  }
  for (const entry of entries) {
    if (day(entry.at) !== today) {
      today = day(entry.at);
      out.push({ kind: "day", id: `day ${entry.key}`, at: entry.at });
    }
    out.push({ kind: "entry", id: entry.key, entry });
  }
  return out;
}
