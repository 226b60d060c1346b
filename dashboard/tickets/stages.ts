import type { TicketState } from "../../model/ticket.ts";
import type { PlainKey } from "../words/words.ts";

/** The five stages of 接诉 — 派单 — 处办 — 回复 — 办结 and the states that stand in each. */
export interface Stage {
  readonly id: "taken" | "dispatched" | "handled" | "replied" | "closed";
  readonly word: PlainKey;
  /** What the clock of this column counts to. */
  readonly clock: PlainKey;
  readonly states: readonly TicketState[];
}

export const STAGES: readonly Stage[] = [
  { id: "taken", word: "stageTaken", clock: "clockToDispatch", states: ["open"] },
  { id: "dispatched", word: "stageDispatched", clock: "clockToRespond", states: ["dispatched"] },
  { id: "handled", word: "stageHandled", clock: "clockToFinish", states: ["accepted", "on_the_way", "on_site"] },
  { id: "replied", word: "stageReplied", clock: "clockCured", states: ["resolved", "replied", "confirmed"] },
  { id: "closed", word: "stageClosed", clock: "clockToday", states: ["closed", "merged"] },
];

/** Index of the stage that a state stands in. */
export function stageOf(state: TicketState): number {
  return STAGES.findIndex((stage) => stage.states.includes(state));
}
