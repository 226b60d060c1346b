import type { Ticket } from "../../model/ticket.ts";
import type { PlainKey } from "../words/words.ts";

/** The word for who found it. */
export function sourceKey(source: Ticket["source"]): PlainKey {
  return source === "rule" ? "sourceRule" : source === "complaint" ? "sourceComplaint" : "sourcePerson";
}
