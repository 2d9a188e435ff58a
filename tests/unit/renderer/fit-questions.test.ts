import { expect, it } from 'vitest';
import { blockBasis } from '../../../src-renderer/state/fit-questions.ts';

it.each([
  [undefined, 'float32'],
  ['float32', 'float32'],
  ['bfloat16', 'bfloat16'],
  [['bfloat16'], 'bfloat16'],
  [['float32', 'bfloat16'], 'float32'],
  [['bfloat16', 'float32'], 'float32'],
  // Half typed among the other settings.
  ['fl', 'float32'],
  [[], 'float32'],
] as const)('a block with precision %j compares architectures in %s', (precision, expected) => {
  const given = precision === undefined ? {} : { precision: precision as never };
  expect(blockBasis({ arch: 'resnet18', size: 64, ...given }, [])).toMatchObject({ precision: expected });
});
