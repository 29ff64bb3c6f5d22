/** The real binary on a port of its own with data of its own; can be killed and started again. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const binary = process.env.PORTICO_BIN ?? resolve(import.meta.dirname, '../../../target/debug/portico');

export class Server {
  /** `http://127.0.0.1:<port>`; the same after a restart. */
  url = '';
  /** The setup code, told at the first start. */
  code = '';
  private child: ChildProcess | undefined;
  private readonly data = mkdtempSync(join(tmpdir(), 'portico-law-'));

  /** Resolves when the server says where it is. */
  async start(): Promise<void> {
    if (!existsSync(binary)) throw new Error(`${binary} is missing: cargo build -p portico-server, or name another by PORTICO_BIN`);
    const listen = this.url ? new URL(this.url).host : '127.0.0.1:0';
    const child = spawn(binary, ['serve', '--data', this.data, '--listen', listen, '--log', 'warn,portico=info'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.child = child;
    const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`the server ended with ${String(code)}`)));
    ended.catch(() => {}); // only news while we wait for the address
    const address = (async (): Promise<string> => {
      for await (const line of createInterface({ input: child.stdout! })) {
        const found = /http:\/\/([^/\s]+)\S*/.exec(line);
        if (found) {
          this.code ||= line.split('#')[1]?.trim() ?? '';
          return `http://${found[1]!}`;
        }
      }
      throw new Error('the server never said where it is');
    })();
    this.url = await Promise.race([address, ended]);
    child.stdout!.resume();
  }

  /** SIGKILL: nothing is flushed, nobody is told. */
  async kill(): Promise<void> {
    const child = this.child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.data, { recursive: true, force: true });
  }
}
