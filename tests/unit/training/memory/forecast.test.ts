import type { Precision } from '../../../../shared/records/precision.ts';
import { describe, expect, it, vi } from 'vitest';
import { MemoryWalk } from '../../../../src-main/graph/memory/walk.ts';
import { forecastMemory } from '../../../../src-main/training/memory/forecast.ts';
import { smallestClass } from '../../../../src-main/training/memory/smallest-class.ts';

const size = { height: 64, width: 64 };
const question = {
  ...{ size, presize: size, classes: [10], batchSize: 64, card: false, precision: 'float32' as const },
  accums: [1, 2, 4, 8, 16, 32, 64],
};

describe('the prediction of a run’s memory', { timeout: 60_000 }, () => {
  it('answers for every accumulation, with and without checkpointing, from one recording of each', () => {
    const { needs, parameters } = forecastMemory({ ...question, arch: 'convnext_atto' });
    expect(needs).toHaveLength(14);
    expect(parameters).toBeGreaterThan(3e6);
    const plain = needs.filter(({ checkpointing }) => !checkpointing);
    const checkpointed = needs.filter(({ checkpointing }) => checkpointing);
    plain.forEach(({ activationsMb }, i) => {
      // Fewer pictures, fewer activations, down to what gradients alone take.
      if (i > 0) expect(activationsMb).toBeLessThanOrEqual(plain[i - 1]!.activationsMb);
      expect(checkpointed[i]!.activationsMb).toBeLessThanOrEqual(1.05 * activationsMb);
    });
    expect(plain[0]!.activationsMb / plain[1]!.activationsMb).toBeCloseTo(2, 0);
    expect(checkpointed[0]!.activationsMb).toBeLessThan(0.6 * plain[0]!.activationsMb);
  });

  it('walks the graph as often for fourteen answers as for two', () => {
    const walks = vi.spyOn(MemoryWalk.prototype, 'trace');
    const stepsFor = (accums: number[]): number => {
      walks.mockClear();
      forecastMemory({ ...question, arch: 'resnet18', accums });
      return walks.mock.calls.reduce((sum, [{ kinds }]) => sum + kinds.length, 0);
    };
    const few = stepsFor([4]);
    expect(few).toBeGreaterThan(1000);
    expect(stepsFor(question.accums)).toBe(few);
    walks.mockRestore();
  });

  it.each(['vit_tiny_patch16_224', 'swin_tiny_patch4_window7_224', 'resnet18', 'mobilenetv3_large_100'])(
    'scales with the pictures for %s',
    (arch) => {
      const side = arch.startsWith('vit') || arch.startsWith('swin') ? 224 : 160;
      const at = { height: side, width: side };
      const { needs } = forecastMemory({ ...question, arch, size: at, presize: at, accums: [1, 4] });
      const [large, small] = needs.filter(({ checkpointing }) => !checkpointing);
      expect(large!.activationsMb / small!.activationsMb).toBeGreaterThan(2.5);
      expect(large!.activationsMb / small!.activationsMb).toBeLessThan(4.3);
      expect(large!.mainMb).toBeGreaterThan(small!.mainMb);
    },
  );

  it('for a card is that of the ops that a card has, which write more tensors', () => {
    const of = (card: boolean): number =>
      forecastMemory({ ...question, arch: 'convnext_atto', accums: [1], card }).needs[0]!.activationsMb;
    expect(of(true)).toBeGreaterThan(of(false));
  });

  it('in half precision keeps less of what products computed', () => {
    const of = (precision: Precision): number =>
      forecastMemory({ ...question, arch: 'resnet50', accums: [1], card: true, precision }).needs[0]!
        .activationsMb;
    expect(of('bfloat16')).toBeLessThan(0.95 * of('float32'));
  });

  it('refuses what cannot be built', () => {
    expect(() =>
      forecastMemory({ ...question, arch: 'vit_tiny_patch16_224', size: { height: 65, width: 64 } }),
    ).toThrow(expect.objectContaining({ code: 'ARCH_SIZE' }));
  });
});

describe('the smallest class', () => {
  const train = ['a', 'b', 'b', 'c', 'c', 'c'].map((label, i) => ({
    ...{ id: String(i), path: `${i}.png`, labels: [label], width: 1, height: 1, sha256: '' },
  }));
  const target = {
    name: 'label',
    kind: 'category' as const,
    classes: ['a', 'b', 'c', 'd'],
    counts: [1, 2, 3, 0],
  };

  it('is the one with the fewest pictures, but some', () => {
    expect(smallestClass({ targets: [target], train } as never).map(({ id }) => id)).toEqual(['0']);
  });

  it('is everything where there is no class', () => {
    expect(smallestClass({ targets: [], train } as never)).toHaveLength(6);
  });
});
