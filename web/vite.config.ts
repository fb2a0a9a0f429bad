/** Builds the web application into dist/web, which the API serves. */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  // Not the list of a thousand icons.
  logLevel: 'warn',
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    // Which files a page needs: the benchmark `web` weighs them.
    manifest: true,
    // The content security policy allows no data: but in images; fonts and scripts are files.
    assetsInlineLimit: 0,
    // Fetched by the page's own script, which the policy allows; the polyfill would be an inline one.
    modulePreload: { polyfill: false },
    sourcemap: true,
    rolldownOptions: {
      output: {
        // The design system apart from what is ours, so that each is fetched anew only when it changes.
        codeSplitting: {
          groups: [
            // But not the module that must begin after it is told how (dsfr.module).
            { name: 'dsfr', test: /node_modules\/@codegouvfr\/react-dsfr\/(?!dsfr\/dsfr\.module)/ },
            { name: 'react', test: /node_modules\/(react|react-dom|react-router|scheduler|@tanstack)\// },
          ],
        },
      },
    },
  },
});
