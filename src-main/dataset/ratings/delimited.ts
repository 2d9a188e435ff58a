import { open } from 'node:fs/promises';
import { GranaryError } from '../../../shared/errors.ts';
import { cancelled } from '../cancelled.ts';

export const separators = ['::', '\t', ',', ';', '|', ' '] as const;
export type Separator = (typeof separators)[number];

const CHUNK = 1 << 22;
const QUOTE = 0x22;
const [NEWLINE, RETURN] = [0x0a, 0x0d];

/** One row as it lies in the file: cell c is `bytes[starts[c]]` up to `bytes[ends[c]]`, without its quotes. Valid only during the call. */
export interface Row {
  bytes: Buffer;
  cells: number;
  starts: Int32Array;
  ends: Int32Array;
  /** From 1. */
  line: number;
  text(cell: number): string;
}

export interface ReadingOptions {
  signal?: AbortSignal | undefined;
  /** Bytes read so far, and the file's. */
  onProgress?: ((done: number, total: number) => void) | undefined;
  /** Sees every chunk of the file, for hashing. */
  onBytes?: ((bytes: Buffer) => void) | undefined;
}

/**
 * Reads a text file row by row without holding it: four megabytes at a time, cells by their places and not as strings. Empty lines
 * are skipped. A cell in double quotes may hold separators and doubled quotes, but no line break.
 * @param encoding what cells that are asked for as text are read as
 * @throws the file system's error; CANCELLED
 */
export async function readDelimited(
  path: string,
  separator: Separator,
  encoding: 'utf8' | 'latin1',
  visit: (row: Row) => void,
  { signal, onProgress, onBytes }: ReadingOptions = {},
): Promise<void> {
  const handle = await open(path, 'r');
  try {
    const total = (await handle.stat()).size;
    let bytes = Buffer.allocUnsafe(CHUNK);
    let [kept, done, line] = [0, 0, 0];
    const row = new RowView(separator, encoding);
    for (;;) {
      if (signal?.aborted === true) throw cancelled();
      if (kept === bytes.length) bytes = Buffer.concat([bytes, Buffer.allocUnsafe(bytes.length)]);
      const { bytesRead } = await handle.read(bytes, kept, bytes.length - kept, null);
      if (bytesRead > 0) onBytes?.(bytes.subarray(kept, kept + bytesRead));
      const isStart = done === 0;
      done += bytesRead;
      let end = kept + bytesRead;
      // A last line without its line break counts like any other.
      if (bytesRead === 0 && kept > 0) {
        bytes[end++] = NEWLINE;
      }
      let at = isStart && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
      for (;;) {
        const stop = bytes.indexOf(NEWLINE, at);
        if (stop < 0 || stop >= end) break;
        line++;
        const last = stop > at && bytes[stop - 1] === RETURN ? stop - 1 : stop;
        if (last > at) {
          row.cut(bytes, at, last, line);
          visit(row);
        }
        at = stop + 1;
      }
      onProgress?.(done, total);
      if (bytesRead === 0) return;
      bytes.copyWithin(0, at, end);
      kept = Math.max(0, end - at);
      end = kept;
    }
  } finally {
    await handle.close();
  }
}

class RowView implements Row {
  bytes: Buffer = Buffer.alloc(0);
  cells = 0;
  starts = new Int32Array(64);
  ends = new Int32Array(64);
  line = 0;
  readonly #first: number;
  readonly #width: number;
  readonly #encoding: 'utf8' | 'latin1';

  constructor(separator: Separator, encoding: 'utf8' | 'latin1') {
    this.#first = separator.charCodeAt(0);
    this.#width = separator.length;
    this.#encoding = encoding;
  }

  /** Finds the cells of the line that is `bytes[from]` up to `bytes[to]`. */
  cut(bytes: Buffer, from: number, to: number, line: number): void {
    this.bytes = bytes;
    this.line = line;
    this.cells = 0;
    const separator = this.#first;
    const width = this.#width;
    let start = from;
    for (let at = from; at <= to; at++) {
      if (at === start && bytes[at] === QUOTE && at < to) {
        const close = closingQuote(bytes, at + 1, to);
        if (close > 0) {
          this.#cell(at + 1, close);
          // Whatever stands between the quote and the separator is dropped.
          at = close + 1;
          while (at < to && bytes[at] !== separator) at++;
          if (at >= to) return;
          at += width - 1;
          start = at + 1;
          continue;
        }
      }
      if (at < to && bytes[at] !== separator) continue;
      if (at < to && width === 2 && bytes[at + 1] !== separator) continue;
      this.#cell(start, at);
      at += width - 1;
      start = at + 1;
    }
  }

  text(cell: number): string {
    const text = this.bytes.toString(this.#encoding, this.starts[cell], this.ends[cell]);
    const quoted = this.starts[cell]! > 0 && this.bytes[this.starts[cell]! - 1] === QUOTE;
    return quoted ? text.replaceAll('""', '"') : text;
  }

  /** Without blanks at either end. */
  #cell(start: number, end: number): void {
    const { bytes } = this;
    while (start < end && bytes[start] === 0x20) start++;
    while (end > start && bytes[end - 1] === 0x20) end--;
    if (this.cells === this.starts.length) this.#widen();
    this.starts[this.cells] = start;
    this.ends[this.cells++] = end;
  }

  #widen(): void {
    const [starts, ends] = [this.starts, this.ends];
    this.starts = new Int32Array(2 * starts.length);
    this.ends = new Int32Array(2 * ends.length);
    this.starts.set(starts);
    this.ends.set(ends);
  }
}

/** Place of the quote that ends a cell; −1 where it is not closed on its line. */
function closingQuote(bytes: Buffer, from: number, to: number): number {
  for (let at = from; at < to; at++) {
    if (bytes[at] !== QUOTE) continue;
    if (bytes[at + 1] === QUOTE && at + 1 < to) at++;
    else return at;
  }
  return -1;
}

/** The beginning of a file, and what its bytes are read as. */
export async function fileStart(path: string): Promise<{ lines: string[]; encoding: 'utf8' | 'latin1' }> {
  const handle = await open(path, 'r');
  let bytes: Buffer;
  try {
    const buffer = Buffer.alloc(1 << 20);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    bytes = buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || bytes.includes(0))
    throw new GranaryError(
      'DATASET_BAD_CSV',
      `${path} is not a plain text file (it holds zero bytes).`,
      'Save it as CSV or TSV in UTF-8. A compressed file must be unpacked first.',
    );
  const whole = bytes.length < 1 << 20 ? bytes : bytes.subarray(0, bytes.lastIndexOf(NEWLINE) + 1);
  const encoding = isUtf8(whole) ? 'utf8' : 'latin1';
  const lines = whole
    .toString(encoding)
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .filter((line) => line !== '');
  return { lines: lines.slice(0, 200), encoding };
}

function isUtf8(bytes: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** The cells of one line of text, as {@link readDelimited} would find them. */
export function cellsOf(line: string, separator: Separator): string[] {
  const bytes = Buffer.from(line);
  const row = new RowView(separator, 'utf8');
  row.cut(bytes, 0, bytes.length, 1);
  return Array.from({ length: row.cells }, (_, cell) => row.text(cell));
}
