import { expect, it } from 'vitest';
import { fetchHash } from '../../../../src-main/graph/hash.ts';
import { vit } from '../../../../src-main/models/families/vit.ts';
import { Program, type ProgramSpec, recordProgram } from '../../../../src-main/training/program/index.ts';
import { batchOf, optimizer, smallSpec, stemApart } from './specs.ts';

const tiny = vit({ patch: 8, channels: 12, depth: 3, heads: 2, classPosition: true, initialScale: null });
const record = (changes: Partial<ProgramSpec> = {}) =>
  recordProgram(smallSpec('vit', changes), stemApart, tiny);

it('rates of 0 record the same step as no rates at all', () => {
  const [plain, zero, dropping] = [record(), record({ dropPath: 0, dropout: 0 }), record({ dropPath: 0.2 })];
  expect(zero.hash).toBe(plain.hash);
  expect(plain.randomInputs['train']).toEqual([]);
  expect(fetchHash(dropping.graph, 'train')).not.toBe(fetchHash(plain.graph, 'train'));
  expect(fetchHash(dropping.graph, 'eval')).toBe(fetchHash(plain.graph, 'eval'));
});

it('draws for both branches of every block but the first, whose rate is 0, and for the head', () => {
  const { randomInputs } = record({ dropPath: 0.2, dropout: 0.1 });
  expect(randomInputs['train']!.map(({ name, shape }) => `${name} ${shape.join()}`)).toEqual([
    'train/random/blocks.1.drop_path1 4,1,1',
    'train/random/blocks.1.drop_path2 4,1,1',
    'train/random/blocks.2.drop_path1 4,1,1',
    'train/random/blocks.2.drop_path2 4,1,1',
    'train/random/head_drop 4,12',
  ]);
});

it('a compiled step follows the random numbers that it is given', () => {
  const lossWith = (random: () => number): number => {
    const program = Program.load(record({ dropPath: 0.5, dropout: 0.5 }));
    try {
      program.init(3);
      return program.trainStep({ ...batchOf(program.spec, 4, 1), random, ...optimizer() }).loss;
    } finally {
      program.dispose();
    }
  };
  const [kept, dropped] = [lossWith(() => 0.999), lossWith(() => 0)];
  expect(Number.isFinite(kept)).toBe(true);
  expect(dropped).not.toBeCloseTo(kept, 4);
  expect(lossWith(() => 0.999)).toBeCloseTo(kept, 6);
});
