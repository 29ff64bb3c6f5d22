/** Waiting for something to be so. Nothing here waits for a time. */

/** Asks until the answer is truthy and gives it; after `limit` ms says what did not happen and what was last seen. */
export async function until(what, ask, limit = 30_000) {
  const end = Date.now() + limit;
  let last;
  for (;;) {
    last = await ask();
    if (last) return last;
    if (Date.now() > end) throw new Error(`did not happen within ${limit / 1000} s: ${what}`);
    await new Promise((next) => setTimeout(next, 40));
  }
}

/** The same for a value that has to become equal to another; the error shows both. */
export async function untilEqual(what, wanted, ask, limit = 60_000) {
  const text = JSON.stringify(wanted);
  let seen;
  try {
    await until(what, async () => JSON.stringify((seen = await ask())) === text, limit);
  } catch (error) {
    throw new Error(`${error.message}\nwanted ${text}\nseen   ${JSON.stringify(seen)}`);
  }
}

/** A promise with its handles outside. */
export function later() {
  const out = {};
  out.promise = new Promise((resolve, reject) => Object.assign(out, { resolve, reject }));
  return out;
}
