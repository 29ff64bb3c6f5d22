/** When a conversation that is put aside comes back. Local time, so that nine is nine after a change of the clocks. */
import type { Millis } from '../../lib/types.ts';

const NINE = 9;

function atNine(now: Millis, days: number): Millis {
  const day = new Date(now);
  day.setDate(day.getDate() + days);
  day.setHours(NINE, 0, 0, 0);
  return day.getTime();
}
export const inAnHour = (now: Millis): Millis => now + 3_600_000;
export const tomorrow = (now: Millis): Millis => atNine(now, 1);
/** The Monday after today, also on a Monday. */
export const nextMonday = (now: Millis): Millis => atNine(now, (8 - new Date(now).getDay()) % 7 || 7);

/** For `<input type="datetime-local">`: local time without seconds. */
export function toLocalInput(at: Millis): string {
  const date = new Date(at);
  return new Date(at - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
/** What such a field says; null when it says nothing. */
export function fromLocalInput(text: string): Millis | null {
  const at = new Date(text).getTime();
  return Number.isFinite(at) ? at : null;
}
