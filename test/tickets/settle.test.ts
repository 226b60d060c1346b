import { describe, expect, it } from "vitest";
import type { Episode, FaultKind, RootedEpisode } from "../../model/finding.ts";
import { absorbedCount, type TicketChange } from "../../model/ticket-record.ts";
import { reconcile } from "../../tickets/desk.ts";
import { FINDINGS_MAX } from "../../tickets/settle.ts";
import { alone, Book, episode, HOUR, MINUTE, T0, town, under } from "./world.ts";

const network = town();

function pass(book: Book, at: number, rooted: readonly RootedEpisode[], recent: readonly Episode[] = [], station = "S01"): TicketChange[] {
  const changes = reconcile({ at, station, rooted, recent, open: book.open(), network });
  book.apply(changes);
  return changes;
}

const ep = (kind: FaultKind, asset: string, facts = {}): Episode => episode(network, kind, asset, facts);

describe("more findings than a ticket lists", () => {
  it("keeps the list of findings bounded", () => {
    const book = new Book();
    const root = ep("power_failure", "S01");
    const many = Array.from({ length: FINDINGS_MAX + 50 }, (_, index) => ({
      ...ep("sensor_fault", "B7-U1"),
      asset: `X${index}`,
      detectedAt: T0 + index,
    }));
    pass(book, T0, under(root, ...many));
    expect(book.open()[0]?.findings).toHaveLength(FINDINGS_MAX);
    expect(pass(book, T0 + MINUTE, under(root, ...many))).toEqual([]);
  });

  it("counts what it does not list, and lists what runs rather than what is over", () => {
    const book = new Book();
    const root = ep("power_failure", "S01");
    const child = (index: number): Episode => ({ ...ep("sensor_fault", "B7-U1"), asset: `X${index}`, detectedAt: T0 + index });
    const many = Array.from({ length: FINDINGS_MAX + 49 }, (_, index) => child(index));
    pass(book, T0, alone(root));
    const changes = pass(book, T0 + MINUTE, under(root, ...many));
    expect(changes[0]!.steps.map(({ text }) => text!.en)).toEqual([
      `Joined ${FINDINGS_MAX - 1} findings: Sensor fault ${FINDINGS_MAX - 1}`,
      "50 more findings joined that are counted but not listed",
    ]);
    expect(absorbedCount(book.open()[0]!)).toBe(many.length);
    // A hundred are over: their places go to those that run, and nobody is left uncounted.
    const over = many.slice(0, 100).map((each) => ({ ...each, clearedAt: T0 + HOUR }));
    pass(book, T0 + HOUR, under(root, ...many.slice(100)), over);
    const [ticket] = book.open();
    expect(ticket!.findings).toHaveLength(FINDINGS_MAX);
    expect(ticket!.findings.filter(({ clearedAt }) => clearedAt === undefined)).toHaveLength(1 + many.length - 100);
    expect(ticket!.unlisted).toEqual({});
    expect(pass(book, T0 + HOUR + MINUTE, under(root, ...many.slice(100)), over)).toEqual([]);
  });

  it("is not cured while a finding that it only counts goes on in another station", () => {
    const book = new Book();
    const shortage = ep("primary_shortage", "S02");
    const many = Array.from({ length: FINDINGS_MAX + 5 }, (_, index) => ({ ...ep("under_heated", "B9-U1"), asset: `X${index}` }));
    const cold = ep("under_heated", "B7-U1");
    pass(book, T0, under(shortage, ...many), [], "S02");
    pass(book, T0, [{ episode: cold, root: shortage }]);
    expect(book.open()[0]).toMatchObject({ unlisted: { S01: 1, S02: 6 }, stations: ["S02", "S01"] });
    pass(
      book,
      T0 + HOUR,
      [],
      [shortage, ...many].map((each) => ({ ...each, clearedAt: T0 + HOUR })),
      "S02",
    );
    expect(book.open()[0]).toMatchObject({ recoveredAt: null, unlisted: { S01: 1 } });
    pass(book, T0 + 2 * HOUR, [], [{ ...cold, clearedAt: T0 + 2 * HOUR }]);
    expect(book.open()[0]!.recoveredAt).not.toBeNull();
  });
});
