/** Redraws ten times a second at most: more only makes terminals slow. */
const REDRAW_MS = 100;

/**
 * One line at the bottom of the terminal that is redrawn in place, on standard error so that standard output can be piped.
 * Where standard error is no terminal nothing is drawn.
 */
export class StatusLine {
  readonly #stream: NodeJS.WriteStream;
  readonly #enabled: boolean;
  #shown = '';
  #drawn = 0;

  constructor(enabled: boolean, stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream;
    this.#enabled = enabled && stream.isTTY === true;
  }

  /** Shows a text, cut to the terminal's width. `text` is only asked for when it is time to draw. */
  show(text: () => string): void {
    if (!this.#enabled || Date.now() - this.#drawn < REDRAW_MS) return;
    this.#drawn = Date.now();
    const line = text().slice(0, (this.#stream.columns || 80) - 1);
    this.#stream.write(`\r\x1b[K${line}`);
    this.#shown = line;
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#shown !== '') this.#stream.write('\r\x1b[K');
    this.#shown = '';
    this.#drawn = 0;
  }

  /** Writes lines above it. */
  print(text: string, to: NodeJS.WritableStream = process.stdout): void {
    this.clear();
    to.write(`${text}\n`);
  }
}
