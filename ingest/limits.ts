/** Every limit of the way from the wire to the store, by name. What goes over one is counted and says so. */
export interface IngestLimits {
  /** One JSON object; RELIABILITY M4. */
  readonly objectBytesMax: number;
  /** A JSON array of objects: a gateway's backlog. */
  readonly batchBytesMax: number;
  /** CONTRACT 3. */
  readonly batchObjectsMax: number;
  /** Rejects of one message that are kept one by one; the others are summed up in one more. */
  readonly rejectsPerMessageMax: number;
  /** Rejects of one commit that are kept; beyond it they are only counted. */
  readonly rejectsPerCommitMax: number;
  /** A message waits this long for company before it is committed. */
  readonly commitWindowMs: number;
  readonly commitMessagesMax: number;
  readonly commitReadingsMax: number;
  /** Beyond either, the pipeline is full and the sockets are not read. */
  readonly queueMessagesMax: number;
  readonly queueBytesMax: number;
  /** Pauses between attempts while the disk refuses: from the first, doubling, to the longest. */
  readonly retryFirstMs: number;
  readonly retryLongestMs: number;
  /** Gateways whose clock and figures are kept; the one heard longest ago is forgotten first. */
  readonly gatewaysMax: number;
}

export const INGEST_LIMITS: IngestLimits = {
  objectBytesMax: 65_536,
  batchBytesMax: 1_048_576,
  batchObjectsMax: 1_000,
  rejectsPerMessageMax: 20,
  rejectsPerCommitMax: 1_000,
  commitWindowMs: 2,
  commitMessagesMax: 500,
  commitReadingsMax: 20_000,
  queueMessagesMax: 20_000,
  queueBytesMax: 67_108_864,
  retryFirstMs: 100,
  retryLongestMs: 5_000,
  gatewaysMax: 20_000,
};

/** Lines for people; a program's logger of any make fits. */
export interface IngestLog {
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
}
