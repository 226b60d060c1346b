import { describe, expect, it } from "vitest";
import { createContacts } from "../../contacts.ts";
import type { TelemetryStore } from "../../store/telemetry.ts";
import { smallNetwork } from "../support/small-network.ts";

const AT = Date.UTC(2026, 11, 20);
const MINUTE = 60_000;
const network = smallNetwork();
const empty = { extent: () => undefined, latest: () => undefined } as unknown as TelemetryStore;

describe("what is heard of a station", () => {
  it("is its data, not the word of its gateway that it is there: a backlog after it counts", () => {
    const contacts = createContacts(network, empty, () => AT + MINUTE);
    contacts.hear([{ point: network.point("S01", "online")!, at: AT, value: 1 }], AT);
    expect(contacts.contact("S01")).toEqual({ connection: "online", dataAt: null, receivedAt: AT });
    contacts.hear([{ point: network.point("S01", "t_out")!, at: AT - 30 * MINUTE, value: -3 }], AT + 1_000);
    expect(contacts.contact("S01")).toMatchObject({ dataAt: AT - 30 * MINUTE, receivedAt: AT + 1_000 });
    contacts.hear([{ point: network.point("S01", "t_out")!, at: AT, value: -3 }], AT + 2_000);
    expect(contacts.contact("S01")).toMatchObject({ connection: "online", dataAt: AT });
  });

  it("is nothing before the first message, silence when no more come, and the gateway's own goodbye", () => {
    let now = AT;
    const contacts = createContacts(network, empty, () => now);
    expect(contacts.contact("S01").connection).toBe("never");
    contacts.hear([{ point: network.point("S01", "t_out")!, at: AT, value: -3 }], AT);
    now += 10 * MINUTE;
    expect(contacts.contact("S01").connection).toBe("silent");
    contacts.hear([{ point: network.point("S01", "online")!, at: now, value: 0 }], now);
    expect(contacts.contact("S01").connection).toBe("offline");
  });
});
