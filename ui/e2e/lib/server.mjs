/** The real binary as a child process: started, stopped, killed without warning, started again on the same port and data. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { later, until } from './wait.mjs';

export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The binary under test. */
export function binary() {
  const path = process.env.PORTICO_BIN ?? join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'release/portico');
  if (!existsSync(path)) throw new Error(`${path} is missing; build it (scripts/test.sh release) or set PORTICO_BIN`);
  return path;
}

/** A port nobody listens on at this moment. */
export async function freePort() {
  const probe = createServer();
  await new Promise((done) => probe.listen(0, '127.0.0.1', done));
  const { port } = probe.address();
  await new Promise((done) => probe.close(done));
  return port;
}

/** One running process, what it printed, and its end. */
export class Process {
  constructor(args, env = {}) {
    this.out = '';
    this.err = '';
    const ended = later();
    this.ended = ended.promise;
    // No settings of the machine or the shell reach the server under test.
    const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PORTICO_')));
    this.child = spawn(binary(), args, { cwd: tmpdir(), env: { ...clean, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stdout.on('data', (chunk) => (this.out += chunk));
    this.child.stderr.on('data', (chunk) => (this.err += chunk));
    this.child.on('error', ended.reject);
    this.child.on('exit', (code, signal) => {
      this.over = { code, signal };
      ended.resolve(this.over);
    });
    // A test that dies must not leave a server behind.
    this.reap = () => this.child.kill('SIGKILL');
    process.on('exit', this.reap);
  }

  /** Waits until it has printed something; gives the match. */
  async printed(pattern) {
    return until(`the server prints ${pattern}`, () => {
      if (this.over) throw new Error(`the server ended (${JSON.stringify(this.over)}):\n${this.out}\n${this.err}`);
      return pattern.exec(this.out);
    });
  }

  async end(signal) {
    if (!this.over) this.child.kill(signal);
    const over = await this.ended;
    process.off('exit', this.reap);
    return over;
  }
}

/** `portico serve` on a port and directory of its own. */
export class Server {
  static async start({ publicUrl, database, data, port } = {}) {
    const server = new Server();
    server.port = port ?? (await freePort());
    server.data = data ?? (await mkdtemp(join(tmpdir(), 'portico-e2e-')));
    server.url = `http://127.0.0.1:${server.port}`;
    server.args = ['serve', '--data', server.data, '--listen', `127.0.0.1:${server.port}`];
    if (publicUrl) server.args.push('--public-url', publicUrl);
    if (database) server.args.push('--database', database);
    await server.launch();
    return server;
  }

  async launch() {
    this.process = new Process(this.args, { PORTICO_LOG: 'warn' });
    await this.process.printed(/setup#|Portico runs at/);
  }

  /** The code a new server prints. */
  get setupCode() {
    return /setup#(\S+)/.exec(this.process.out)?.[1];
  }

  /** Ends it without a chance to tidy up, and starts it again where it was. */
  async killAndRestart() {
    const over = await this.process.end('SIGKILL');
    if (over.signal !== 'SIGKILL') throw new Error(`the server had ended by itself: ${JSON.stringify(over)}\n${this.process.err}`);
    await this.launch();
  }

  /** Ends it the polite way and removes its data. */
  async stop() {
    const over = await this.process.end('SIGTERM');
    await rm(this.data, { recursive: true, force: true });
    if (over.code !== 0) throw new Error(`the server did not stop well: ${JSON.stringify(over)}\n${this.process.err}`);
  }
}

/** `portico demo` with its shop. */
export class Demo {
  static async start() {
    const demo = new Demo();
    const listen = `127.0.0.1:${await freePort()}`;
    demo.process = new Process(['demo', '--listen', listen, '--shop-listen', `127.0.0.1:${await freePort()}`]);
    const [, password] = await demo.process.printed(/password: (.+)/);
    const said = (name) => new RegExp(`${name}\\s+(\\S+)`).exec(demo.process.out)[1];
    Object.assign(demo, { password, url: said('Portico {2}'), shop: said('The shop'), policy: said('Security policy'), tracking: said("A reporter's link") });
    await demo.process.printed(/studio-lumen/);
    return demo;
  }

  async stop() {
    const over = await this.process.end('SIGTERM');
    if (over.code !== 0) throw new Error(`the demo did not stop well: ${JSON.stringify(over)}\n${this.process.err}`);
  }
}
