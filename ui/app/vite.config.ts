import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { buildStamp } from './scripts/stamp.js';
import { precompress } from './scripts/precompress.js';

const server = process.env.PORTICO_URL ?? 'http://127.0.0.1:8065';

export default defineConfig({
  plugins: [svelte(), buildStamp(), precompress()],
  resolve: process.env.VITEST ? { conditions: ['browser'] } : {},
  build: {
    target: 'es2023',
    // light-dark() and :has() are used as they are.
    cssTarget: ['chrome123', 'firefox128', 'safari17.5'],
    assetsInlineLimit: 0, // data: addresses are not allowed for the icon sprite
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: {
    proxy: {
      '/api': { target: server, ws: true },
      '/widget/v1': { target: server, ws: true },
    },
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
