import { describe, expect, it } from "vitest";
import { RequestCounts, writeMetrics } from "../../api/metrics.ts";

describe("Prometheus text", () => {
  it("escapes labels and writes every number", () => {
    const text = writeMetrics([
      {
        name: "odd_total",
        type: "counter",
        help: "One\nline with a \\",
        samples: [{ labels: { why: 'a "b"\\\n', who: "王" }, value: 1.5 }],
      },
      { name: "bare", type: "gauge", help: "Bare", samples: [{ value: Number.NaN }, { value: -Infinity }, { value: 1e21 }] },
      { name: "none", type: "gauge", help: "None", samples: [] },
    ]);
    expect(text).toBe(
      [
        "# HELP heatsteward_odd_total One\\nline with a \\\\",
        "# TYPE heatsteward_odd_total counter",
        'heatsteward_odd_total{why="a \\"b\\"\\\\\\n",who="王"} 1.5',
        "# HELP heatsteward_bare Bare",
        "# TYPE heatsteward_bare gauge",
        "heatsteward_bare NaN",
        "heatsteward_bare -Inf",
        "heatsteward_bare 1e+21",
        "# HELP heatsteward_none None",
        "# TYPE heatsteward_none gauge",
        "",
      ].join("\n"),
    );
    expect(writeMetrics([])).toBe("");
  });

  it("counts requests by route, status and time", () => {
    const counts = new RequestCounts();
    for (const [status, seconds] of [
      [200, 0.001],
      [200, 0.3],
      [404, 9],
    ] as const)
      counts.count("GET /x", status, seconds);
    const text = counts.text();
    expect(text).toContain('heatsteward_http_requests_total{route="GET /x",status="200"} 2\n');
    expect(text).toContain('heatsteward_http_requests_total{route="GET /x",status="404"} 1\n');
    const bucket = (le: string): string | undefined => new RegExp(`_bucket\\{route="GET /x",le="${le}"\\} (\\d+)`).exec(text)?.[1];
    expect(["0.005", "0.02", "0.1", "0.5", "2", "\\+Inf"].map(bucket)).toEqual(["1", "1", "1", "2", "2", "3"]);
    expect(text).toContain('heatsteward_http_request_seconds_count{route="GET /x"} 3\n');
  });
});
