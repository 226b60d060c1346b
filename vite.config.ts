import { defineConfig } from "vite";
import solid from "vite-plugin-solid";

/** Builds dashboard/ into dist/dashboard. The page's CSP allows no inline script and no inline style, so nothing here may emit one. */
export default defineConfig({
  root: "dashboard",
  publicDir: false,
  plugins: [solid({ ssr: false })],
  build: {
    outDir: "../dist/dashboard",
    emptyOutDir: true,
    // The first versions with light-dark(); older targets would get it rewritten into twice the CSS.
    target: ["chrome123", "edge123", "firefox128", "safari17.5"],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
});
