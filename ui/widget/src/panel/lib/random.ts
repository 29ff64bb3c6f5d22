/** Random keys. `crypto.randomUUID` needs https; a test install on plain http has to work too. */

/** 128 random bits as 32 hex digits: an idempotency key. */
export function key(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
