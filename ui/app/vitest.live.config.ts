/** The store against the real server (live/). Apart from the quick tests: it needs the built binary. */
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [svelte()],
  resolve: { conditions: ['browser'] },
  test: {
    include: ['live/**/*.test.ts'],
    environment: 'node',
    pool: 'forks',
    execArgv: ['--experimental-websocket'], // Node 20 has a WebSocket, but hides it
    testTimeout: 120_000,
    hookTimeout: 30_000,
  },
});
