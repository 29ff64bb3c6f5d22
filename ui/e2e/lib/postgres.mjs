/** A fresh database on the PostgreSQL that PORTICO_TEST_POSTGRES names, and its end. Speaks through psql. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

function psql() {
  const versions = '/usr/lib/postgresql';
  const found = existsSync(versions) ? readdirSync(versions).map((version) => join(versions, version, 'bin/psql')).filter(existsSync) : [];
  return found.at(-1) ?? 'psql';
}

export async function freshDatabase(url) {
  const name = `portico_e2e_${randomBytes(6).toString('hex')}`;
  const made = new URL(url);
  made.pathname = `/${name}`;
  await run(psql(), ['-Xq', url, '-c', `CREATE DATABASE ${name}`]);
  return { url: made.href, drop: () => run(psql(), ['-Xq', url, '-c', `DROP DATABASE ${name} WITH (FORCE)`]) };
}
