import { expect, it } from 'vitest';
import { nativeBinding } from '../../../../src-main/graph/attributes.ts';
import { tf } from '../../../../src-main/graph/tf.ts';
import { batchOf, optimizer, startTiny } from './specs.ts';

it('a thousand steps leave tensors and memory as they were', { timeout: 300_000 }, () => {
  const program = startTiny('resnet', { trainHead: true });
  const { spec } = program;
  const batch = { ...batchOf(spec, 4, 1), ...optimizer() };
  const steps = (count: number): void => {
    for (let i = 0; i < count; i++) {
      if (i % 4 === 0) program.trainStep(batch);
      else program.trainHead(batch);
    }
  };
  steps(200);
  const [tensors, native] = [tf.memory().numTensors, nativeBinding().getNumOfTensors()];
  const memory = process.memoryUsage.rss();
  steps(1000);
  expect(tf.memory().numTensors).toBe(tensors);
  expect(nativeBinding().getNumOfTensors()).toBe(native);
  // One leaked batch of pixels a step would be 16 MiB.
  expect((process.memoryUsage.rss() - memory) / 2 ** 20).toBeLessThan(10);
  program.dispose();
});
