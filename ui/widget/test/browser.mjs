/**
 * Browser checks of loader and panel against a running Portico:
 *   PORTICO_ORIGIN=http://127.0.0.1:7100 PORTICO_TOKEN=… [SCREENS=dir] node test/browser.mjs [name…]
 * Every check has its own inbox and its own browser context.
 */
import { browser, checks, site } from "./bench.mjs";
import "./checks-host.mjs";
import "./checks-chat.mjs";
import "./checks-looks.mjs";

const wanted = process.argv.slice(2);
let failed = 0;
for (const [name, run] of checks) {
  if (wanted.length && !wanted.some((word) => name.includes(word))) continue;
  try {
    await run();
    console.log(`ok   ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAIL ${name}\n${error.stack}`);
  }
}
await browser.close();
site.close();
console.log(failed ? `${failed} failed` : "all passed");
process.exit(failed ? 1 : 0);
