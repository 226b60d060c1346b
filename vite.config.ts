import { defineConfig, type Plugin } from "vite";
import solid from "vite-plugin-solid";

/** Parts of uPlot that our charts never use: its own time axis (ours knows the network's zone), legend, bars, splines, joins. Without them the chunk is a seventh smaller. */
const UPLOT_UNUSED: readonly (readonly [from: string, to: string])[] = [
  ["const showLegend = legend.show;", "const showLegend = false;"],
  ["const _timeAxisSplits = (ms == 1 ? timeAxisSplitsMs(_tzDate) : timeAxisSplitsS(_tzDate));", "const _timeAxisSplits = null;"],
  [
    "const _timeAxisVals   = timeAxisVals(_tzDate, timeAxisStamps((ms == 1 ? _timeAxisStampsMs : _timeAxisStampsS), _fmtDate));",
    "const _timeAxisVals = null;",
  ],
  ["const _timeSeriesVal  = timeSeriesVal(_tzDate, timeSeriesStamp(_timeSeriesStamp, _fmtDate));", "const _timeSeriesVal = null;"],
  ["let isTime = sc.time;", "const isTime = false;"],
  ["let isTime = mode == 1 && scales[s.scale].time;", "const isTime = false;"],
  ["uPlot.join = join;", ""],
  ["uPlot.fmtDate = fmtDate;", ""],
  ["uPlot.tzDate  = tzDate;", ""],
  ["(paths.bars    = bars);", ""],
  ["(paths.spline  = monotoneCubic);", ""],
];

/** Stops the build when a new version of uPlot reads otherwise. */
function slimUplot(): Plugin {
  return {
    name: "slim-uplot",
    transform(code, id) {
      if (!id.includes("uPlot.esm.js")) return undefined;
      let slim = code;
      for (const [from, to] of UPLOT_UNUSED) {
        if (!slim.includes(from))
          throw new Error(`slim-uplot: expected ${JSON.stringify(from)} in uPlot, found nothing; look at its new version`);
        slim = slim.replaceAll(from, to);
      }
      return { code: slim, map: null };
    },
  };
}

/** Builds dashboard/ into dist/dashboard. The page's CSP allows no inline script and no inline style, so nothing here may emit one. */
export default defineConfig({
  root: "dashboard",
  publicDir: false,
  plugins: [solid({ ssr: false }), slimUplot()],
  build: {
    outDir: "../dist/dashboard",
    emptyOutDir: true,
    // The first versions with light-dark(); older targets would get it rewritten into twice the CSS.
    target: ["chrome123", "edge123", "firefox128", "safari17.5"],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          includeDependenciesRecursively: false,
          // Each file is compressed by itself: what is used together is smaller together.
          groups: [
            {
              name: "tickets",
              test: /dashboard\/(tickets\/(?!stages|source|assignee|kpi)|screens\/tickets?\.tsx|styles\/ticket(?!-row))/,
              priority: 2,
            },
            {
              // What every screen needs, in one piece: split by who shares what, it would be a dozen crumbs.
              name: "shell",
              test: /dashboard\/(api|fetched|preferences|format)|model\/(role|live|finding|ticket|signals|network|heating-curve|words|zone)|preload-helper/,
              minShareCount: 2,
              priority: 3,
            },
            {
              name: "plant",
              test: /dashboard\/(components|charts\/(chart-data|supply-band|circuit-curves|curve-window)|tickets\/(stages|source|assignee|kpi)|live-state|units|ticket-clock|rem|network|curve|styles\/(table|ticket-row))/,
              minShareCount: 2,
              priority: 1,
            },
          ],
        },
      },
    },
  },
});
