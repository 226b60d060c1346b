/** The acknowledgements of one connection that are due and not written yet: PUBACK packets (MQTT 3.1.1, 3.4), back to back. */
export interface AckBuffer {
  bytes: Buffer;
  length: number;
}

const ACK_BYTES = 4;
/** PUBACK with a remaining length of two. */
const PUBACK_HEADER = 0x4002;
const FIRST_ACKS = 64;

export const newAckBuffer = (): AckBuffer => ({ bytes: Buffer.allocUnsafe(FIRST_ACKS * ACK_BYTES), length: 0 });

export function addAck(buffer: AckBuffer, messageId: number): void {
  if (buffer.length + ACK_BYTES > buffer.bytes.length) buffer.bytes = Buffer.concat([buffer.bytes], buffer.bytes.length * 2);
  buffer.bytes.writeUInt16BE(PUBACK_HEADER, buffer.length);
  buffer.bytes.writeUInt16BE(messageId, buffer.length + 2);
  buffer.length += ACK_BYTES;
}

/** All that are due, as bytes of their own. */
export function takeAcks(buffer: AckBuffer): Buffer {
  const taken = Buffer.from(buffer.bytes.subarray(0, buffer.length));
  buffer.length = 0;
  return taken;
}
