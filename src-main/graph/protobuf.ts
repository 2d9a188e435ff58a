/**
 * Writes one Protocol Buffers message (the wire format of protobuf.dev's "Encoding" page). The generated classes that
 * tfjs-node brings do the same through a tree of objects, which took longer than recording the graph.
 */
export class MessageWriter {
  #chunks: Uint8Array[] = [];
  #length = 0;

  /** A whole number, negative ones in 64-bit two's complement; booleans and enums are numbers too. */
  integer(field: number, value: number): this {
    this.#push(Uint8Array.from([...varint(field * 8), ...varint(value)]));
    return this;
  }

  /** A 32-bit float. */
  float(field: number, value: number): this {
    const bytes = new Uint8Array(5);
    bytes[0] = field * 8 + 5;
    new DataView(bytes.buffer).setFloat32(1, value, true);
    this.#push(bytes);
    return this;
  }

  bytes(field: number, value: Uint8Array): this {
    this.#push(Uint8Array.from([...varint(field * 8 + 2), ...varint(value.length)]));
    this.#push(value);
    return this;
  }

  string(field: number, value: string): this {
    return this.bytes(field, Buffer.from(value, 'utf8'));
  }

  message(field: number, value: MessageWriter): this {
    return this.bytes(field, value.finish());
  }

  /** The message so far. */
  finish(): Uint8Array {
    // Kept joined: a message that is part of many others is put together once.
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks, this.#length)];
    return this.#chunks[0] ?? new Uint8Array(0);
  }

  #push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }
}

function varint(value: number): number[] {
  if (value >= 0 && value < 128) return [value];
  const bytes: number[] = [];
  for (let rest = BigInt.asUintN(64, BigInt(value)); ; rest >>= 7n) {
    if (rest < 128n) return [...bytes, Number(rest)];
    bytes.push(Number(rest & 127n) | 128);
  }
}
