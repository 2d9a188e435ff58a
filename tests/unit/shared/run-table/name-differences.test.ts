import { describe, expect, it } from 'vitest';
import { nameDifferences } from '../../../../shared/run-table/name-differences.ts';

describe('runs of one name', () => {
  const run = (id: string, name: string, settings: Record<string, string | number>) => ({
    id,
    name,
    settings,
  });

  it('are told apart by the settings in which they differ', () => {
    const told = nameDifferences([
      run('a', 'resnet18 crop 64', { arch: 'resnet18', lr: 0.001, seed: 1, epochs: 3 }),
      run('b', 'resnet18 crop 64', { arch: 'resnet18', lr: 0.002, seed: 2, epochs: 4 }),
      run('c', 'resnet34 crop 64', { arch: 'resnet34', lr: 0.1, seed: 9, epochs: 3 }),
    ]);
    expect([...told]).toEqual([
      ['a', 'lr 0.001, seed 1'],
      ['b', 'lr 0.002, seed 2'],
    ]);
  });

  it('say nothing where nothing differs', () => {
    const same = { arch: 'resnet18', seed: 1 };
    expect(nameDifferences([run('a', 'one', same), run('b', 'one', same)]).size).toBe(0);
  });
});
