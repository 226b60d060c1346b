import { afterEach, describe, expect, it } from "vitest";
import type { Fault } from "../../simulators/faults.ts";
import { seededRandom } from "../support/random.ts";
import { clock, DAY, HOUR, MIDNIGHT, MINUTE } from "../support/story-network.ts";
import { type Story, tellStory, ticketLines } from "../support/story-player.ts";
import { burst as pipeBurst, world } from "../support/world.ts";

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
    const said: string[] = [];
    const calls: object[] = [];
    const told = await world({ from: "06:00", watched: "06:00", pollMs: MINUTE / 2 })
      .with(pipeBurst("L2", { at: "09:10", m3h: 15, until: "11:00" }))
      .at("09:25", ({ move, call }) => {
        said.push(move("burst", "dispatch", { to: "wang" }), move("burst", "accept"));
        calls.push(call("L2-U1", "leak", "楼道里有水"));
      })
      .at("11:00", ({ move }) => {
        said.push(move("burst", "resolve", { cause: "入口管破裂", work: "更换" }), move("burst", "close"));
      })
      .at("14:00", ({ move }) => {
        said.push(move("burst", "close"), move("burst", "confirm"), move("burst", "close"));
      })
      .until("24:00")
      .play();

    told.by("09:10").noTicket();
    const { ticket } = told.by("09:12:30").urgentTicket("burst").on("S1-L").citing("p2_return").inState("open");
    expect(ticket.source).toBe("rule");
    expect(Math.abs(ticket.since - clock(9, 10))).toBeLessThanOrEqual(MINUTE);
    expect(ticket.evidence.map(({ signal, name }) => `${signal} ${name.en}`).join()).toMatch(/mk_|akeup/);
    const limit = ticket.deadlines.find((one) => one.clock === "dispatch")!;
    expect(limit.dueAt - ticket.openedAt).toBe(10 * MINUTE);

    const escalations = (time: string): number =>
      told
        .by(time)
        .ticket("burst")
        .ticket.history.filter(({ kind }) => kind === "escalated").length;
    expect([escalations("09:20"), escalations("09:24")]).toEqual([0, 1]);
    expect(said).toEqual(["moved", "moved", "moved", "not_recovered", "not_confirmed", "moved", "moved"]);
    expect(calls).toEqual([{ id: ticket.id, joined: true }]);
    told.by("11:01").ticket("burst").inState("resolved").recovered(false);
    expect(told.by("13:59").ticket("burst").inState("resolved").recovered().ticket.recoveredAt).toBeGreaterThan(clock(11));
    told.by("24:00").onlyTickets("burst S1-L");
    expect(told.tickets()[0]).toMatchObject({ id: ticket.id, state: "closed", dueAt: null });
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
