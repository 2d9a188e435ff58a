import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// The page of the app. Chrome 108 is the floor (scripts/build.mjs). Everything is a file of its own: the page's security
// policy allows no inline script or style.
export default defineConfig({
  root: 'src-renderer',
  base: './',
  plugins: [svelte({ compilerOptions: { runes: true } })],
  build: {
    outDir: '../dist/renderer',
    emptyOutDir: true,
    target: 'chrome108',
    assetsInlineLimit: 0,
    modulePreload: false,
    sourcemap: false,
  },
});
