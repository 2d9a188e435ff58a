import { describe, expect, it } from 'vitest';
import type { GranaryError } from '../../../shared/errors.ts';
import { type SafeTensor, float32Tensor } from '../../../shared/safetensors/index.ts';
import type { ParameterSpec, StatisticSpec } from '../../../src-main/models/context.ts';
import { matchWeights } from '../../../src-main/models/weights.ts';

const spec = (name: string, shape: number[], rest: Partial<ParameterSpec> = {}): ParameterSpec => ({
  name,
  shape,
  layout: shape.length === 2 ? 'linear' : 'same',
  initializer: { type: 'zeros' },
  decay: true,
  group: 0,
  ...rest,
});
const parameters = [
  spec('body.weight', [2, 3]),
  spec('fc.weight', [3, 2], { group: 'head' }),
  spec('fc.bias', [2], { group: 'head' }),
];
const statistics: StatisticSpec[] = [{ name: 'bn.running_mean', shape: [2], initial: 0 }];

function file(change: Record<string, SafeTensor | null> = {}): Map<string, SafeTensor> {
  const tensors = new Map<string, SafeTensor>([
    ['body.weight', float32Tensor([3, 2], new Float32Array([1, 2, 3, 4, 5, 6]))],
    ['bn.running_mean', float32Tensor([2], new Float32Array([7, 8]))],
    ['bn.num_batches_tracked', { dtype: 'I64', shape: [], data: new Uint8Array(8) }],
    ['fc.weight', float32Tensor([2, 3], new Float32Array(6))],
    ['fc.bias', float32Tensor([2], new Float32Array(2))],
  ]);
  for (const [name, tensor] of Object.entries(change)) {
    if (tensor === null) tensors.delete(name);
    else tensors.set(name, tensor);
  }
  return tensors;
}

describe('matchWeights', () => {
  it('takes everything in TensorFlow’s layout when strict, counters apart', () => {
    const { values, missing, unexpected } = matchWeights(parameters, statistics, file(), { head: 'strict' });
    expect([...values.keys()].sort()).toEqual(['bn.running_mean', 'body.weight', 'fc.bias', 'fc.weight']);
    expect([...values.get('body.weight')!]).toEqual([1, 3, 5, 2, 4, 6]);
    expect([missing, unexpected]).toEqual([[], []]);
  });

  it('leaves the head to its fresh start when it is replaced, whatever classes the file has', () => {
    for (const classes of [2, 1000]) {
      const other = {
        'fc.weight': float32Tensor([classes, 3], new Float32Array(classes * 3)),
        'old.weight': float32Tensor([1], new Float32Array(1)),
      };
      const matched = matchWeights(parameters, statistics, file(other), { head: 'replace' });
      expect([...matched.values.keys()]).toEqual(['body.weight', 'bn.running_mean']);
      expect(matched.missing).toEqual(['fc.weight', 'fc.bias']);
      expect(matched.unexpected).toEqual(['old.weight']);
    }
  });

  it('resamples what says how, and refuses a shape that even so does not fit', () => {
    const tables: ParameterSpec[] = [
      spec('table', [4], {
        layout: 'same',
        adapt: ({ shape, values }) =>
          shape[0] === 2 ? Float32Array.from({ length: 4 }, (_, i) => values[i >> 1]!) : null,
      }),
    ];
    const of = (...values: number[]): Map<string, SafeTensor> =>
      new Map([['table', float32Tensor([values.length], Float32Array.from(values))]]);
    const taken = (...values: number[]): number[] => [
      ...matchWeights(tables, [], of(...values), { head: 'strict' }).values.get('table')!,
    ];
    expect(taken(5, 6)).toEqual([5, 5, 6, 6]);
    expect(taken(1, 2, 3, 4)).toEqual([1, 2, 3, 4]);
    expect(() => taken(1, 2, 3)).toThrow(/table is \[3\] and should be \[4\]/);
  });

  it('names every parameter that is missing, misshapen or too much', () => {
    const bad = file({
      'body.weight': float32Tensor([3, 3], new Float32Array(9)),
      'bn.running_mean': null,
      extra: float32Tensor([1], new Float32Array(1)),
    });
    expect(() => matchWeights(parameters, statistics, bad, { head: 'strict' })).toThrow(
      expect.objectContaining({
        code: 'WEIGHTS_MISMATCH',
        message: expect.stringMatching(
          /body\.weight is \[3, 3\] and should be \[3, 2\]; bn\.running_mean is missing; extra is not the model's/,
        ) as string,
      }),
    );
    expect(() => matchWeights(parameters, statistics, new Map(), { head: 'replace' })).toThrow(
      /body.weight is missing/,
    );
  });
});

describe('what does not fit', () => {
  it('is named to the last parameter, whatever the message has room for', () => {
    const many = Array.from({ length: 12 }, (_, index) => spec(`body.${index}.weight`, [2, 3]));
    try {
      matchWeights(
        [...many, ...parameters],
        statistics,
        file({ extra: float32Tensor([1], new Float32Array(1)) }),
        {
          head: 'replace',
        },
      );
      expect.unreachable();
    } catch (error) {
      const { message, details } = error as GranaryError;
      expect(message).toContain('and 4 more');
      expect(details).toEqual([...many.map(({ name }) => `${name} is missing`), "extra is not the model's"]);
    }
  });

  it('is no axis of length 1', () => {
    const values = new Float32Array([1, 2, 3, 4, 5, 6]);
    const change = { 'body.weight': float32Tensor([3, 2, 1, 1], values) };
    const { values: matched } = matchWeights(parameters, statistics, file(change), { head: 'replace' });
    expect(matched.get('body.weight')).toEqual(Float32Array.of(1, 3, 5, 2, 4, 6));
    const turned = { 'body.weight': float32Tensor([2, 3], values) };
    expect(() => matchWeights(parameters, statistics, file(turned), { head: 'replace' })).toThrow(
      /should be/,
    );
  });
});
