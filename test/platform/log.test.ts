import { expect, test } from "vitest";
import { createLog } from "../../log.ts";

test("a line is one line, whatever a stranger wrote into it", () => {
  const lines: string[] = [];
  const log = createLog("info", (line) => lines.push(line));
  log.warn("client\r\n2026 INFO forged\u001b[2J\u0000was refused");
  log.debug("not asked for");
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^\S+Z warn {2}client 2026 INFO forged \[2J was refused\n$/);
});
