import { describe, expect, it } from 'vitest';
import { Graph, type GraphNode } from '../../../../src-main/graph/graph.ts';
import { MemorySession } from '../../../../src-main/graph/memory/session.ts';
import { type Steps, stepsOf, without } from '../../../../src-main/graph/memory/steps.ts';
import { MemoryWalk } from '../../../../src-main/graph/memory/walk.ts';
import { wiringOf } from '../../../../src-main/graph/memory/wiring.ts';

const MB = 2 ** 20;
const BATCH = 8191;

/** A graph of nodes written as `name: op inputs`; each output is one mebibyte a picture, or `fixed` mebibytes. */
function graphOf(...lines: [name: string, op: string, inputs: string[], fixed?: number][]): Graph {
  const graph = new Graph();
  for (const [name, op, inputs, fixed] of lines) {
    const shape = fixed === undefined ? [BATCH, MB / 4] : [fixed, MB / 4];
    const count = op === 'GranaryGeluBackward' ? 2 : 1;
    const none = op.startsWith('Assign') || op === 'VarHandleOp' || op.startsWith('Resource');
    const outputs: GraphNode['outputs'] = none
      ? []
      : Array.from({ length: count }, () => ({ shape, dtype: 1 }));
    graph.add({
      name,
      op,
      inputs,
      attributes: {},
      outputs: op === 'VarHandleOp' ? [{ shape: [], dtype: 20 }] : outputs,
    });
  }
  return graph;
}

function steps(graph: Graph): Steps {
  return stepsOf(wiringOf(graph, BATCH), 'end');
}

function mostLive(graph: Graph, pictures: number): number {
  const session = new MemorySession();
  session.run(new MemoryWalk().trace(steps(graph)), pictures);
  return session.mostLive / MB;
}

describe('the memory of a fetch', () => {
  it('lets an op of our own write each output where its input was, and only there', () => {
    const backward = (alsoRead: string[]): Graph =>
      graphOf(
        ['p', 'Placeholder', []],
        ['dy', 'MatMul', ['p']],
        ['x', 'MatMul', ['p']],
        ['both', 'GranaryGeluBackward', ['dy', 'x']],
        ['end', 'MatMul', ['both', 'both:1', ...alsoRead]],
      );
    expect(mostLive(backward([]), 1)).toBe(3);
    expect(mostLive(backward(['x']), 1)).toBe(4);
  });

  it('is what lives at once, and grows with the pictures', () => {
    const chain = graphOf(
      ['x', 'Placeholder', []],
      ['a', 'MatMul', ['x']],
      ['b', 'MatMul', ['a']],
      ['c', 'MatMul', ['b']],
      ['end', 'MatMul', ['c']],
    );
    expect(mostLive(chain, 1)).toBe(2);
    expect(mostLive(chain, 5)).toBe(10);
  });

  it('plays one walk for any number of pictures, and from a copy without a trace in what it was copied from', () => {
    const kept = graphOf(
      ['x', 'Placeholder', []],
      ['a', 'MatMul', ['x']],
      ['b', 'MatMul', ['a'], 3],
      ['end', 'MatMul', ['b', 'a']],
    );
    const trace = new MemoryWalk().trace(steps(kept));
    const begun = new MemorySession();
    const most = [1, 4, 16].map((pictures) => {
      const session = begun.copy();
      session.run(trace, pictures);
      return session.mostLive / MB;
    });
    // The end and what it reads: twice the pictures' and the fixed three.
    expect(most).toEqual([5, 11, 35]);
    expect(begun.mostLive).toBe(0);
  });

  it('keeps what is needed later', () => {
    const kept = graphOf(
      ['x', 'Placeholder', []],
      ['a', 'MatMul', ['x']],
      ['b', 'MatMul', ['a']],
      ['c', 'MatMul', ['b']],
      ['end', 'MatMul', ['c', 'a']],
    );
    expect(mostLive(kept, 1)).toBe(3);
  });

  it('reuses an input’s memory for element-wise ops, but not one that somebody else reads', () => {
    const own = graphOf(
      ['x', 'Placeholder', []],
      ['a', 'MatMul', ['x']],
      ['b', 'Relu', ['a']],
      ['end', 'Exp', ['b']],
    );
    expect(mostLive(own, 1)).toBe(1);
    const shared = graphOf(
      ['x', 'Placeholder', []],
      ['a', 'MatMul', ['x']],
      ['b', 'Relu', ['a']],
      ['end', 'Mul', ['b', 'a']],
    );
    expect(mostLive(shared, 1)).toBe(2);
  });

  it('takes nothing for another shape of the same values', () => {
    const shaped = graphOf(
      ['x', 'Placeholder', []],
      ['a', 'MatMul', ['x']],
      ['b', 'Reshape', ['a']],
      ['end', 'Relu', ['b']],
    );
    expect(mostLive(shaped, 1)).toBe(1);
  });

  it('copies a variable that is written to while it is read, and keeps it between runs', () => {
    const init = graphOf(
      ['v', 'VarHandleOp', []],
      ['value', 'Fill', [], 8],
      ['set', 'AssignVariableOp', ['v', 'value']],
      ['end', 'NoOp', ['^set'], 0],
    );
    const step = graphOf(
      ['v', 'VarHandleOp', []],
      ['read', 'ReadVariableOp', ['v'], 8],
      ['g', 'MatMul', ['read'], 8],
      ['apply', 'ResourceApplyAdam', ['v', 'g']],
      ['late', 'MatMul', ['read', '^apply'], 8],
      ['end', 'NoOp', ['late', '^apply'], 0],
    );
    const walk = new MemoryWalk();
    const session = new MemorySession();
    session.run(walk.trace(steps(init)), 1);
    expect(session.pool.live).toBe(8 * MB);
    session.run(walk.trace(steps(step)), 1);
    // The old value, its gradient and the new value at once; afterwards the new one alone.
    expect(session.mostLive).toBe(24 * MB);
    expect(session.pool.live).toBe(8 * MB);
  });

  it('can do without some variables', () => {
    const init = graphOf(
      ['v', 'VarHandleOp', []],
      ['value', 'Fill', [], 8],
      ['set', 'AssignVariableOp', ['v', 'value']],
      ['end', 'NoOp', ['^set'], 0],
    );
    const session = new MemorySession();
    session.run(new MemoryWalk().trace(without(steps(init), new Set(['v']))), 1);
    expect(session.pool.live).toBe(0);
  });
});
