import { afterEach, describe, expect, it } from "vitest";
import type { Fault } from "../../simulators/faults.ts";
import { seededRandom } from "../support/random.ts";
import { clock, DAY, HOUR, MIDNIGHT, MINUTE } from "../support/story-network.ts";
import { STEWARD, type Story, tellStory, ticketLines } from "../support/story-player.ts";

/** Water is lost: one ticket from the first minute to the close, whatever the loss turns into and whoever dies on the way. */

let story: Story | undefined;
afterEach(async () => {
  await story?.close();
  story = undefined;
});

const SEED = Number(process.env["HEATSTEWARD_TEST_SEED"] ?? 7);
const burst = (more: Partial<Fault> = {}): Fault => ({
  kind: "burst",
  asset: "L2",
  onset: clock(9, 10),
  rampMs: 0,
  magnitude: 15,
  repairAt: clock(11),
  ...more,
});

describe("a pipe bursts in building 2 at 09:10", () => {
  it("one urgent ticket by 09:12; nobody dispatches, it is escalated; repaired at 11:00, closed when the signals are back and the resident agrees; nothing reopens by midnight", async () => {
    story = await tellStory({ startAt: clock(6), faults: [burst()] });
    const { platform, live, ticketsOf, move } = story;
    await live(clock(9, 12) + 30_000, { every: 30_000 });
    const [ticket] = platform.tickets();
    expect(platform.tickets()).toHaveLength(1);
    expect(ticket).toMatchObject({ kind: "burst", severity: "urgent", state: "open", source: "rule", circuit: "S1-L" });
    expect(ticket!.openedAt).toBeLessThanOrEqual(clock(9, 12) + 30_000);
    expect(Math.abs(ticket!.since - clock(9, 10))).toBeLessThanOrEqual(MINUTE);
    const cited = ticket!.evidence.map(({ signal, name }) => `${signal} ${name.en}`).join();
    expect(cited).toMatch(/p2_return/);
    expect(cited).toMatch(/mk_|akeup/);
    const { id } = ticket!;

    const limitAt = ticket!.deadlines.find((limit) => limit.clock === "dispatch")!.dueAt;
    expect(limitAt - ticket!.openedAt).toBe(10 * MINUTE);
    await live(limitAt - MINUTE);
    expect(platform.desk.get(id)!.history.map(({ kind }) => kind)).not.toContain("escalated");
    await live(limitAt + MINUTE);
    expect(platform.desk.get(id)!.history.filter(({ kind }) => kind === "escalated")).toHaveLength(1);

    expect(move(id, "dispatch", { to: "wang" })).toBe("moved");
    expect(move(id, "accept")).toBe("moved");
    const called = platform.desk.complain({ asset: "L2-U1", symptom: "leak", at: platform.now(), text: "楼道里有水" }, STEWARD);
    expect(called).toMatchObject({ joined: true, ticket: { id } });
    await live(clock(11));
    expect(move(id, "resolve", { cause: "入口管破裂", work: "更换" })).toBe("moved");
    expect(move(id, "close")).toBe("not_recovered");
    await live(clock(14));
    const back = platform.desk.get(id)!;
    expect(back.recoveredAt).toBeGreaterThan(clock(11));
    expect(back.state).toBe("resolved");
    expect(move(id, "close")).toBe("not_confirmed");
    expect(move(id, "confirm")).toBe("moved");
    expect(move(id, "close")).toBe("moved");
    await live(clock(24));
    expect(platform.tickets()).toHaveLength(1);
    expect(ticketsOf("burst")[0]).toMatchObject({ id, state: "closed", dueAt: null });
    expect(platform.errors).toEqual([]);
  });

  it("and again the day after the close: the same ticket opens again, in a new round", async () => {
    const again = burst({ onset: clock(30), repairAt: clock(32) });
    story = await tellStory({ startAt: clock(6), faults: [burst({ repairAt: clock(10) }), again] });
    const { platform, live, history, move } = story;
    await live(clock(14));
    const [first] = platform.tickets();
    for (const step of ["accept", "resolve", "close"] as const) expect(move(first!.id, step), step).toBe("moved");
    await live(clock(29), { every: 5 * MINUTE });
    await history(clock(29));
    await live(clock(30) + 4 * MINUTE);
    const tickets = platform.tickets();
    expect(tickets.map(({ id, state, kind }) => ({ id, state, kind }))).toEqual([{ id: first!.id, state: "open", kind: "burst" }]);
    expect(tickets[0]!.history.map(({ kind }) => kind)).toContain("relapsed");
    expect(tickets[0]!.dueAt).toBeGreaterThan(clock(30));
  });

  it(`is the very same story when the platform dies or restarts at random instants (HEATSTEWARD_TEST_SEED=${SEED})`, async () => {
    const random = seededRandom(SEED);
    const told = async (cuts: readonly number[]): Promise<string[]> => {
      story = await tellStory({ startAt: clock(7), faults: [burst({ repairAt: clock(10) })] });
      for (const at of cuts) {
        await story.live(at);
        await (random() < 0.7 ? story.platform.crash() : story.platform.restart());
      }
      await story.live(clock(13));
      expect(story.platform.errors).toEqual([]);
      const lines = ticketLines(story.platform.tickets());
      await story.close();
      story = undefined;
      return lines;
    };
    const minutes = Array.from({ length: 12 }, () => clock(8, Math.floor(random() * 280))).sort((a, b) => a - b);
    expect(await told(minutes)).toEqual(await told([]));
  });
});

describe("a slow leak", () => {
  it("that ends in a burst stays one ticket, raised, and is over when both are repaired", async () => {
    const faults: Fault[] = [
      { kind: "leak", asset: "S1-H", onset: clock(-20), rampMs: 0, magnitude: 1.2, repairAt: clock(9, 30) },
      { kind: "burst", asset: "S1-H", onset: clock(9, 30), rampMs: 0, magnitude: 15, repairAt: clock(11) },
    ];
    story = await tellStory({ startAt: MIDNIGHT - 3 * DAY, now: clock(6), faults });
    const { platform, live, history } = story;
    await history(clock(6));
    await live(clock(9));
    expect(platform.tickets()).toMatchObject([{ kind: "leak", circuit: "S1-H", state: "open" }]);
    const { id } = platform.tickets()[0]!;
    await live(clock(9, 35));
    expect(platform.tickets()).toMatchObject([{ id, kind: "burst", severity: "urgent", state: "open" }]);
    expect(platform.tickets()[0]!.history.map(({ kind }) => kind)).toContain("reanchored");
    await live(clock(20), { every: 2 * MINUTE });
    expect(platform.tickets()).toHaveLength(1);
    expect(platform.tickets()[0]!.recoveredAt).toBeGreaterThan(clock(11));
  });

  it("of the mains is told apart from a drain for repair work, which opens nothing", async () => {
    const faults: Fault[] = [{ kind: "maintenance_drain", asset: "S1-H", onset: clock(9), rampMs: 0, magnitude: 2, repairAt: clock(10) }];
    story = await tellStory({ startAt: MIDNIGHT - 3 * DAY, now: clock(6), faults });
    await story.history(clock(6));
    await story.live(clock(20), { every: 2 * MINUTE });
    expect(story.platform.tickets()).toEqual([]);
    expect(story.platform.host.evaluatedAt("S1")).toBeGreaterThan(clock(20) - HOUR);
  });
});
