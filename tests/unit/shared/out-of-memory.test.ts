import { expect, it } from 'vitest';
import { memoryLine } from '../../../shared/out-of-memory.ts';

it('of several failures the one that tells of memory is named', () => {
  const message = `Session fail to run with error: 2 root error(s) found.
  (0) RESOURCE_EXHAUSTED: failed to allocate memory
\t [[{{node stages_0/blocks_0/mlp/fc1/mul}}]]
  (1) RESOURCE_EXHAUSTED: failed to allocate memory`;
  expect(memoryLine(message)).toBe('(0) RESOURCE_EXHAUSTED: failed to allocate memory');
  expect(memoryLine('std::bad_alloc')).toBe('std::bad_alloc');
  expect(memoryLine('neither\nof both')).toBe('neither');
});
