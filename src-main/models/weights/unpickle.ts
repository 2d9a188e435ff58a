import type { ByteReader } from './byte-reader.ts';
import { type Constructor, type PickleValue, pickleInvalid, pickleRefused } from './pickle-values.ts';

/** What the names and the outside references in a pickle stand for. */
export interface PickleWorld {
  /** The constructor of that name, or undefined, which refuses the file. */
  constructorOf(name: string): Constructor | undefined;
  /** The value of a persistent id. */
  persistent(id: PickleValue): PickleValue;
}

/** Instructions that call or import something by other ways than GLOBAL and REDUCE: never needed by weights. */
const refusedOpcodes = new Map<number, string>([
  [0x6f, 'OBJ'],
  [0x50, 'PERSID'],
  [0x81, 'NEWOBJ'],
  [0x92, 'NEWOBJ_EX'],
  [0x82, 'EXT1'],
  [0x83, 'EXT2'],
  [0x84, 'EXT4'],
]);

/** Lists of arguments and the marks between them, as Python's pickle machine has it. */
class Stack {
  #values: PickleValue[] = [];
  readonly #marks: number[] = [];

  push(value: PickleValue): void {
    this.#values.push(value);
  }

  mark(): void {
    this.#marks.push(this.#values.length);
  }

  pop(): PickleValue {
    if (this.#values.length <= (this.#marks.at(-1) ?? 0))
      throw pickleInvalid('it takes a value that is not there');
    return this.#values.pop()!;
  }

  /** The last `count` values, in their order. */
  take(count: number): PickleValue[] {
    return Array.from({ length: count }, () => this.pop()).reverse();
  }

  /** All values since the last mark, which is removed. */
  takeMarked(): PickleValue[] {
    const from = this.#marks.pop();
    if (from === undefined) throw pickleInvalid('it closes a list that was never opened');
    return this.#values.splice(from);
  }

  top(): PickleValue {
    const value = this.pop();
    this.push(value);
    return value;
  }
}

function putItems(target: PickleValue, items: PickleValue[]): void {
  if (!(target instanceof Map)) throw pickleInvalid('it puts a key into something that is no dictionary');
  if (items.length % 2 !== 0) throw pickleInvalid('it has a key without a value');
  for (let index = 0; index < items.length; index += 2) target.set(items[index]!, items[index + 1]!);
}

function append(target: PickleValue, items: PickleValue[]): void {
  if (!Array.isArray(target)) throw pickleInvalid('it appends to something that is no list');
  for (const item of items) target.push(item);
}

function signedInteger(bytes: Uint8Array): number | bigint {
  let value = 0n;
  bytes.forEach((byte, index) => (value |= BigInt(byte) << BigInt(8 * index)));
  const signed = BigInt.asIntN(8 * bytes.length, value);
  return signed >= Number.MIN_SAFE_INTEGER && signed <= Number.MAX_SAFE_INTEGER ? Number(signed) : signed;
}

/**
 * Reads one pickle, as far as its STOP, with an interpreter that knows only the instructions of plain data: nothing is
 * imported and nothing is called but the constructors of `world`. What PyTorch writes is protocol 2; later protocols are
 * followed far enough to say by name what they ask for.
 * @throws GranaryError PICKLE_REFUSED for any other name or way to call; PICKLE_INVALID for what is not a pickle
 */
export function unpickle(reader: ByteReader, world: PickleWorld): PickleValue {
  const stack = new Stack();
  const memo = new Map<number, PickleValue>();
  const global = (name: string): PickleValue => {
    const found = world.constructorOf(name);
    if (found === undefined) throw pickleRefused(`"${name}"`);
    return found;
  };
  const recall = (index: number): PickleValue => {
    if (!memo.has(index)) throw pickleInvalid(`it refers to value ${index}, which it never gave`);
    return memo.get(index)!;
  };

  for (;;) {
    const at = reader.position;
    const opcode = reader.uint8();
    switch (opcode) {
      case 0x80: // PROTO
        reader.uint8();
        break;
      case 0x95: // FRAME: a hint about lengths
        reader.bytes(8);
        break;
      case 0x2e: // STOP
        return stack.pop();
      case 0x28: // MARK
        stack.mark();
        break;
      case 0x4e: // NONE
        stack.push(null);
        break;
      case 0x88: // NEWTRUE
        stack.push(true);
        break;
      case 0x89: // NEWFALSE
        stack.push(false);
        break;
      case 0x4b: // BININT1
        stack.push(reader.uint8());
        break;
      case 0x4d: // BININT2
        stack.push(reader.uint16());
        break;
      case 0x4a: // BININT
        stack.push(reader.int32());
        break;
      case 0x8a: // LONG1
        stack.push(signedInteger(reader.bytes(reader.uint8())));
        break;
      case 0x47: // BINFLOAT
        stack.push(reader.bigEndianFloat64());
        break;
      case 0x58: // BINUNICODE
        stack.push(reader.text(reader.uint32()));
        break;
      case 0x8c: // SHORT_BINUNICODE
        stack.push(reader.text(reader.uint8()));
        break;
      case 0x29: // EMPTY_TUPLE
      case 0x5d: // EMPTY_LIST
        stack.push([]);
        break;
      case 0x7d: // EMPTY_DICT
        stack.push(new Map());
        break;
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        stack.push(stack.take(opcode - 0x84));
        break;
      case 0x74: // TUPLE
        stack.push(stack.takeMarked());
        break;
      case 0x61: {
        // APPEND
        const item = stack.pop();
        append(stack.top(), [item]);
        break;
      }
      case 0x65: {
        // APPENDS
        const items = stack.takeMarked();
        append(stack.top(), items);
        break;
      }
      case 0x73: {
        // SETITEM
        const item = stack.take(2);
        putItems(stack.top(), item);
        break;
      }
      case 0x75: {
        // SETITEMS
        const items = stack.takeMarked();
        putItems(stack.top(), items);
        break;
      }
      case 0x71: // BINPUT
        memo.set(reader.uint8(), stack.top());
        break;
      case 0x72: // LONG_BINPUT
        memo.set(reader.uint32(), stack.top());
        break;
      case 0x94: // MEMOIZE
        memo.set(memo.size, stack.top());
        break;
      case 0x68: // BINGET
        stack.push(recall(reader.uint8()));
        break;
      case 0x6a: // LONG_BINGET
        stack.push(recall(reader.uint32()));
        break;
      case 0x63: // GLOBAL
        stack.push(global(`${reader.line()}.${reader.line()}`));
        break;
      case 0x93: // STACK_GLOBAL
        stack.push(global(dotted(stack.take(2))));
        break;
      case 0x69: // INST
        throw pickleRefused(`"${reader.line()}.${reader.line()}"`);
      case 0x51: // BINPERSID
        stack.push(world.persistent(stack.pop()));
        break;
      case 0x52: {
        // REDUCE
        const [callee, args] = stack.take(2) as [PickleValue, PickleValue];
        if (!isConstructor(callee) || !Array.isArray(args))
          throw pickleInvalid('it calls what cannot be called');
        if (callee.call === undefined) throw pickleRefused(`a call of "${callee.name}"`);
        stack.push(callee.call(args));
        break;
      }
      case 0x62: // BUILD: attributes of an ordered dictionary (a state dictionary's versions), which nobody reads
        stack.pop();
        if (!(stack.top() instanceof Map))
          throw pickleRefused('attributes on an object that is no dictionary');
        break;
      default: {
        const refused = refusedOpcodes.get(opcode);
        if (refused !== undefined) throw pickleRefused(`the instruction ${refused}`);
        throw pickleInvalid(`byte ${at} (0x${opcode.toString(16)}) is no instruction that PyTorch writes`);
      }
    }
  }
}

function dotted(names: PickleValue[]): string {
  if (!names.every((name) => typeof name === 'string'))
    throw pickleInvalid('it names something by what is no text');
  return names.join('.');
}

function isConstructor(value: PickleValue): value is Constructor {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'constructor';
}
