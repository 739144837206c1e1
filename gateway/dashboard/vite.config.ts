/** The page's build: dist/dashboard, everything local, no plugin; uPlot stands in a chunk of its own, fetched by the first large chart. */
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: fileURLToPath(new URL('../../dist/dashboard', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
    // Phones of the last six years; the polyfill would only add bytes to the first load.
    modulePreload: { polyfill: false },
    // A data: address would need its own word in the content security policy.
    assetsInlineLimit: 0,
  },
})
