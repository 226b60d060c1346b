import type { Reject, RejectReason } from "../model/reading.ts";

/** What could not be used of one message, with the reason, in words that a gateway's programmer can act on. */

const FOUND_CHARACTERS_MAX = 80;
const KEYS_SHOWN_MAX = 5;

/** Where a message came from: the part that all its rejects share. */
export interface Envelope {
  readonly topic: string;
  readonly gateway?: string | undefined;
  readonly receivedAt: number;
}

export interface RejectList {
  readonly envelope: Envelope;
  /** Set as soon as the topic is understood. */
  station: string | undefined;
  readonly items: Reject[];
  /** So many are listed; see `unlisted`. */
  readonly listedMax: number;
  /** Further rejects that are summed up in one. */
  unlisted: number;
}

export interface RejectPlace {
  readonly asset?: string | undefined;
  readonly signal?: string | undefined;
  readonly suggestion?: string | undefined;
}

export const newRejectList = (envelope: Envelope, listedMax: number): RejectList => ({
  envelope,
  station: undefined,
  items: [],
  listedMax,
  unlisted: 0,
});

/** Adds one reject, or counts it when enough of this message are listed already. */
export function addReject(list: RejectList, reason: RejectReason, expected: string, found: string, place: RejectPlace = {}): void {
  if (list.items.length >= list.listedMax) {
    list.unlisted++;
    return;
  }
  list.items.push(buildReject(list, reason, expected, found, place));
}

/** Appends the one reject that stands for all that were not listed. */
export function sumUpRejects(list: RejectList): void {
  if (list.unlisted === 0) return;
  const listed = list.items.length;
  list.items.push(
    buildReject(list, "too_many", `at most ${listed} problems in one message`, `${list.unlisted} more, not listed one by one`, {}),
  );
}

function buildReject(list: RejectList, reason: RejectReason, expected: string, found: string, place: RejectPlace): Reject {
  const { envelope, station } = list;
  return {
    at: envelope.receivedAt,
    topic: cut(envelope.topic),
    ...(envelope.gateway === undefined ? {} : { gateway: envelope.gateway }),
    ...(station === undefined ? {} : { station }),
    ...(place.asset === undefined ? {} : { asset: cut(place.asset) }),
    ...(place.signal === undefined ? {} : { signal: cut(place.signal) }),
    reason,
    expected,
    found: cut(found),
    ...(place.suggestion === undefined ? {} : { suggestion: place.suggestion }),
  };
}

/** At most 80 characters, and no half of a surrogate pair at the end. */
function cut(text: string): string {
  return text.length <= FOUND_CHARACTERS_MAX ? text : `${text.slice(0, FOUND_CHARACTERS_MAX - 1).toWellFormed()}…`;
}

/** A JSON value in a few words. Never walks into it: a payload may nest deeper than the stack. */
export function describe(value: unknown): string {
  if (typeof value === "string") return cut(`"${value}"`);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return `an array of ${value.length}`;
  const keys = Object.keys(value);
  return cut(
    keys.length === 0
      ? "an empty object"
      : `an object with ${keys.slice(0, KEYS_SHOWN_MAX).join(", ")}${keys.length > KEYS_SHOWN_MAX ? ", …" : ""}`,
  );
}
