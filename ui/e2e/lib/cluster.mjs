/** The cluster that scripts/cluster.sh has started: the address in front, and nodes that can be killed and started again. */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from './wait.mjs';

export class Cluster {
  static async find() {
    const { PORTICO_CLUSTER: place, PORTICO_CLUSTER_URL: url, PORTICO_CLUSTER_NODES: nodes } = process.env;
    if (!place || !url || !nodes) throw new Error('there is no cluster; run scripts/cluster.sh --job');
    const cluster = Object.assign(new Cluster(), { place, url, nodes: nodes.trim().split(' ') });
    // Each new node makes the code anew: the last one's holds.
    const said = await readFile(join(place, `node-${cluster.nodes.length}.log`), 'utf8');
    cluster.setupCode = /setup#(\S+)/.exec(said)?.[1];
    return cluster;
  }

  /** Ends node `n`, counted from 1, without a chance to tidy up. */
  async kill(n) {
    const pid = Number(await readFile(join(this.place, `node-${n}.pid`), 'utf8'));
    process.kill(pid, 'SIGKILL');
    await until(`node ${n} is gone`, async () => (await this.ready(n)) === null);
  }

  /** Starts it again and waits until it can do its work. The script that started the cluster ends it. */
  async start(n) {
    spawn(join(this.place, `node-${n}`), { detached: true, stdio: 'ignore' }).unref();
    await until(`node ${n} is ready`, async () => (await this.ready(n)) === 200);
  }

  /** The status a node's readiness answers with, or null when nobody answers. */
  async ready(n) {
    return fetch(`http://${this.nodes[n - 1]}/api/portico/v1/readyz`).then((answer) => answer.status, () => null);
  }
}
