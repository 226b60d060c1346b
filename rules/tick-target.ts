/** How far wall-clock time may push a station's event time: the policy for whoever calls `RuleHost.tick`. */

/** A message may be on its way for so long before the clock says that nothing of its time will come. */
const GRACE_MS = 1_000;
/** A station whose newest reading is older than this is behind … */
const BEHIND_MS = 180_000;
/** … and is catching up if something arrived so lately. */
const ARRIVING_MS = 30_000;

export interface Arrival {
  readonly now: number;
  /** Event time of the station's newest reading; undefined before the first. */
  readonly watermark: number | undefined;
  /** When the last message of the station was received. */
  readonly lastReceivedAt: number | undefined;
}

/**
 * The time to tick a station to. While its messages are older than three minutes and keep coming (a gateway delivers what it held
 * back during an outage), time goes with the readings, or the rules would see silence that never was; otherwise with the clock.
 */
export function tickTarget({ now, watermark, lastReceivedAt }: Arrival): number {
  const isBehind = watermark !== undefined && watermark < now - BEHIND_MS;
  const isArriving = lastReceivedAt !== undefined && lastReceivedAt >= now - ARRIVING_MS;
  return isBehind && isArriving ? watermark : now - GRACE_MS;
}
