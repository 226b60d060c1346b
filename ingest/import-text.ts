import { isAscii, isUtf8 } from "node:buffer";
import { InputError } from "../model/input-error.ts";

/** Bytes of a file to lines of text: UTF-8 (with or without a mark at its start) or GB18030, the two that exports come in. */

export const ENCODINGS = ["utf-8", "gb18030"] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** Longest line, bytes: longer than any message of a device. */
export const LINE_BYTES_MAX = 4_194_304;
const LINE_FEED = 10;
const UTF8_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** A block of whole lines. */
export interface TextBlock {
  readonly lines: readonly string[];
  /** Index in `lines` and bytes of lines that are not text in this encoding; such a line is "". */
  readonly damaged: ReadonlyMap<number, string>;
}

/** GBK, the usual of Chinese programs, is GB18030 without its rarer characters. UTF-8 when the bytes can be it. */
export function detectEncoding(head: Buffer, place: string): Encoding {
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff))
    throw new InputError(place, "UTF-8 or GB18030", "UTF-16", "save the file as CSV UTF-8");
  // The sample may end within a character; a line never does.
  const end = head.lastIndexOf(LINE_FEED);
  return isUtf8(end === -1 ? head : head.subarray(0, end)) ? "utf-8" : "gb18030";
}

/** Cuts a stream of bytes into blocks of lines, without their ends. Throws InputError for a line that is too long. */
export async function* readLines(
  stream: AsyncIterable<Uint8Array>,
  options: { readonly encoding: Encoding; readonly place: string },
): AsyncGenerator<TextBlock> {
  const decode = decoderOf(options.encoding);
  let rest: Buffer = Buffer.alloc(0);
  let isFirst = true;
  for await (const piece of stream) {
    let bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    if (rest.length > 0) bytes = Buffer.concat([rest, bytes]);
    const end = bytes.lastIndexOf(LINE_FEED);
    if (end === -1) {
      if (bytes.length > LINE_BYTES_MAX) throw tooLong(options.place, bytes.length);
      // The stream may use its memory again.
      rest = Buffer.from(bytes);
      continue;
    }
    yield decode(withoutMark(bytes.subarray(0, end), isFirst));
    isFirst = false;
    rest = Buffer.from(bytes.subarray(end + 1));
    if (rest.length > LINE_BYTES_MAX) throw tooLong(options.place, rest.length);
  }
  if (rest.length > 0) yield decode(withoutMark(rest, isFirst));
}

function withoutMark(bytes: Buffer, isFirst: boolean): Buffer {
  return isFirst && bytes.subarray(0, 3).equals(UTF8_MARK) ? bytes.subarray(3) : bytes;
}

function tooLong(place: string, bytes: number): InputError {
  return new InputError(place, `lines of at most ${LINE_BYTES_MAX} bytes`, `one of more than ${bytes} bytes`);
}

const NONE_DAMAGED: ReadonlyMap<number, string> = new Map();

function decoderOf(encoding: Encoding): (bytes: Buffer) => TextBlock {
  const decoder = new TextDecoder(encoding, { fatal: true });
  const text = (bytes: Buffer): string | undefined => {
    if (isAscii(bytes)) return bytes.toString("latin1");
    if (encoding === "utf-8") return isUtf8(bytes) ? bytes.toString("utf8") : undefined;
    try {
      return decoder.decode(bytes);
    } catch {
      return undefined;
    }
  };
  return (bytes) => {
    const whole = text(bytes);
    if (whole !== undefined) return { lines: cut(whole), damaged: NONE_DAMAGED };
    const lines: string[] = [];
    const damaged = new Map<number, string>();
    for (let start = 0; start <= bytes.length;) {
      const found = bytes.indexOf(LINE_FEED, start);
      const end = found === -1 ? bytes.length : found;
      const line = bytes.subarray(start, end);
      const words = text(line);
      if (words === undefined) damaged.set(lines.length, line.subarray(0, 16).toString("hex"));
      lines.push(withoutReturn(words ?? ""));
      start = end + 1;
    }
    return { lines, damaged };
  };
}

function cut(text: string): string[] {
  const lines = text.split("\n");
  if (text.includes("\r")) for (let index = 0; index < lines.length; index++) lines[index] = withoutReturn(lines[index]!);
  return lines;
}

const withoutReturn = (line: string): string => (line.endsWith("\r") ? line.slice(0, -1) : line);
