/**
 * A small assembler for WebAssembly (core specification 2.0 with its vector instructions; node and Electron have both). Code is
 * written as nested calls, operands first, and no toolchain or binary file is needed. It knows the instructions that
 * `resample-kernel.ts` uses, and checks nothing: the engine refuses a module that is not valid.
 */
export type Code = readonly number[];

/** Values of a function's parameters and locals. */
export const types = { i32: 0x7f, v128: 0x7b } as const;
export type ValueType = keyof typeof types;

/** Unsigned LEB128. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value >>> 0; ; rest >>>= 7) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest & 127) | 128);
  }
}

/** Signed LEB128 of a 32-bit number. */
function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value | 0; ; rest >>= 7) {
    const sign = rest & 64;
    if ((rest >> 7 === 0 && sign === 0) || (rest >> 7 === -1 && sign !== 0)) return [...bytes, rest & 127];
    bytes.push((rest & 127) | 128);
  }
}

const plain =
  (opcode: number) =>
  (...operands: Code[]): Code => [...operands.flat(), opcode];
const vector =
  (opcode: number, ...immediate: number[]) =>
  (...operands: Code[]): Code => [...operands.flat(), 0xfd, ...unsigned(opcode), ...immediate];
/** A vector access: no promise of alignment, and the address's constant offset. */
const memory =
  (opcode: number) =>
  (offset: number, ...operands: Code[]): Code =>
    vector(opcode, 0, ...unsigned(offset))(...operands);

export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)];
/** Adds to a local. */
export const bump = (local: number, by: Code): Code => set(local, i32.add(get(local), by));
export const block = (...code: Code[]): Code => code.flat();
/** Runs the body once, and again as long as the condition then holds. */
export const repeat = (body: Code, condition: Code): Code => [
  ...[0x03, 0x40],
  ...body,
  ...condition,
  ...[0x0d, 0x00, 0x0b],
];

export const i32 = {
  const: (value: number): Code => [0x41, ...signed(value)],
  add: plain(0x6a),
  mul: plain(0x6c),
  lessUnsigned: plain(0x49),
  load: (address: Code): Code => [...address, 0x28, 2, 0],
};

export const i8x16 = {
  /** Bytes 0 to 15 are those of the first operand, 16 to 31 those of the second. */
  shuffle: (first: Code, second: Code, lanes: readonly number[]): Code =>
    vector(0x0d, ...lanes)(first, second),
  narrowUnsigned: vector(0x66),
};
export const i16x8 = {
  splat: vector(0x10),
  add: vector(0x8e),
  shiftRightUnsigned: vector(0x8d),
  /** Products of unsigned bytes: of the first eight, or the last. */
  timesLow: vector(0x9e),
  timesHigh: vector(0x9f),
  extendLow: vector(0x89),
  extendHigh: vector(0x8a),
  narrow: vector(0x85),
};
export const i32x4 = {
  splat: vector(0x11),
  add: vector(0xae),
  shiftLeft: vector(0xab),
  shiftRight: vector(0xac),
  /** Products of 16-bit lanes, each two neighbours summed. */
  dot: vector(0xba),
};
export const v128 = {
  zero: vector(0x0c, ...new Array<number>(16).fill(0))(),
  not: vector(0x4d),
  load: memory(0x00),
  load32Splat: memory(0x09),
  /** Eight bytes, each widened to 16 bits. */
  load8x8: memory(0x02),
  store: memory(0x0b),
  /** Stores the first 32 bits. */
  store32: (address: Code, value: Code): Code => vector(0x5a, 0, 0, 0)(address, value),
};

/** A function of i32 parameters that returns nothing. Locals are numbered on from the parameters. */
export interface WasmFunction {
  name: string;
  parameters: number;
  locals: readonly ValueType[];
  body: Code;
}

const section = (id: number, content: Code): Code => [id, ...unsigned(content.length), ...content];
const list = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()];
const name = (text: string): Code => list(Array.from(Buffer.from(text), (byte) => [byte]));

/** A module that imports one memory, `memory` of `host`, and exports the functions. */
export function assemble(functions: readonly WasmFunction[]): Uint8Array {
  const signature = ({ parameters }: WasmFunction): Code => [
    0x60,
    ...list(new Array<Code>(parameters).fill([types.i32])),
    0,
  ];
  const code = ({ locals, body }: WasmFunction): Code => {
    const content = [...list(locals.map((type) => [1, types[type]])), ...body, 0x0b];
    return [...unsigned(content.length), ...content];
  };
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list(functions.map(signature))),
    ...section(2, list([[...name('host'), ...name('memory'), 0x02, 0, 1]])),
    ...section(3, list(functions.map((_, i) => unsigned(i)))),
    ...section(7, list(functions.map((one, i) => [...name(one.name), 0, ...unsigned(i)]))),
    ...section(10, list(functions.map(code))),
  ]);
}
