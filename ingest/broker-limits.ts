/** Limits of the broker by name, RELIABILITY M4 and M9. */
export interface BrokerLimits {
  readonly connectionsMax: number;
  readonly connectionsPerSecondMax: number;
  readonly connectionsAtOnceMax: number;
  readonly addressesMax: number;
  /** From the TCP connection to CONNECT, and from CONNECT to the answer about the password. */
  readonly connectMs: number;
  /** Longest keepalive, s; 0 (none) is refused. */
  readonly keepaliveSecondsMax: number;
  /** A peer that does not take what is sent to it is cut off after this. */
  readonly drainMs: number;
  readonly topicLevelsMax: number;
  /** Any packet before CONNECT is answered, and every one but PUBLISH after it. */
  readonly controlBytesMax: number;
  readonly publishBytesMax: number;
  /** A PUBLISH up to this is read over, refused as a reject and acknowledged; a longer one ends the connection. */
  readonly skipBytesMax: number;
  readonly inFlightMessagesMax: number;
  readonly inFlightBytesMax: number;
  /** Messages that aedes hands out at once. */
  readonly concurrency: number;
}

export const BROKER_LIMITS: BrokerLimits = {
  connectionsMax: 10_000,
  connectionsPerSecondMax: 200,
  connectionsAtOnceMax: 2_000,
  addressesMax: 10_000,
  connectMs: 5_000,
  keepaliveSecondsMax: 300,
  drainMs: 5_000,
  topicLevelsMax: 8,
  controlBytesMax: 4_096,
  // A batch of 1 MiB with its topic.
  publishBytesMax: 1_048_576 + 512,
  skipBytesMax: 16_777_216,
  inFlightMessagesMax: 2_000,
  inFlightBytesMax: 2_097_152,
  concurrency: 5_000,
};
