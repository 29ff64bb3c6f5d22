/** A wire between browsers and server that can be cut: a plain TCP proxy. */
import { connect, createServer } from 'node:net';

export class Proxy {
  /** Listens on a free port and forwards to `port`. */
  static async open(port) {
    const proxy = new Proxy();
    proxy.target = port;
    proxy.pairs = new Set();
    proxy.broken = false;
    proxy.refused = 0;
    proxy.server = createServer((near) => proxy.accept(near));
    await new Promise((done) => proxy.server.listen(0, '127.0.0.1', done));
    proxy.url = `http://127.0.0.1:${proxy.server.address().port}`;
    return proxy;
  }

  accept(near) {
    if (this.broken) {
      this.refused += 1;
      near.on('error', () => {});
      near.resetAndDestroy();
      return;
    }
    const far = connect(this.target, '127.0.0.1');
    const pair = { near, far };
    this.pairs.add(pair);
    for (const [one, other] of [[near, far], [far, near]]) {
      one.setNoDelay(true);
      one.pipe(other);
      one.on('error', () => {});
      one.on('close', () => {
        other.destroy();
        this.pairs.delete(pair);
      });
    }
  }

  /** Drops every connection, whatever is on its way, and lets none in until `mend`. */
  cut() {
    this.broken = true;
    for (const { near, far } of this.pairs) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
    this.pairs.clear();
  }

  mend() {
    this.broken = false;
  }

  async close() {
    this.cut();
    await new Promise((done) => this.server.close(done));
  }
}
