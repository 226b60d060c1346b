/** Text as GBK writes it, the two-byte part of GB18030: the runtime only reads it, so its table is turned round. */

const decoder = new TextDecoder("gb18030");
const BYTES = new Map<string, readonly [number, number]>();
for (let lead = 0x81; lead <= 0xfe; lead++)
  for (let trail = 0x40; trail <= 0xfe; trail++) if (trail !== 0x7f) BYTES.set(decoder.decode(Uint8Array.of(lead, trail)), [lead, trail]);

/** @throws for a character that GBK does not have. */
export function gb18030(text: string): Buffer {
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code < 0x80) bytes.push(code);
    else {
      const pair = BYTES.get(character);
      if (pair === undefined) throw new Error(`GBK has no ${character}`);
      bytes.push(...pair);
    }
  }
  return Buffer.from(bytes);
}
