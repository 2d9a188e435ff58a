import { beforeAll, describe, expect, it } from 'vitest';
import type { ImageSize } from '../../../shared/image-size.ts';
import { augmentSchema } from '../../../shared/records/run-config.ts';
import { Random } from '../../../src-main/dataset/random.ts';
import { attr, dataTypes } from '../../../src-main/graph/attributes.ts';
import { recordInto } from '../../../src-main/graph/backend.ts';
import { ConstantPool } from '../../../src-main/graph/constants.ts';
import { Graph } from '../../../src-main/graph/graph.ts';
import { encodeSavedModel } from '../../../src-main/graph/saved-model.ts';
import { Session } from '../../../src-main/graph/session.ts';
import { type Tensor4D, tf } from '../../../src-main/graph/tf.ts';
import { drawAugmentation } from '../../../src-main/preprocess/augment.ts';
import { augmentPixels } from '../../../src-main/preprocess/augment-graph.ts';

const COUNT = 3;

/** Records the function on fed bytes, as the step program does. */
function compile(pixels: ImageSize, size: ImageSize): { session: Session; output: string } {
  const graph = new Graph();
  let output = '';
  recordInto(graph, new ConstantPool(graph), (backend) => {
    const input = (name: string, type: 'uint8' | 'float32', shape: number[]) => {
      const outputs = [{ shape, dtype: dataTypes[type] }];
      const attributes = { dtype: attr.type(type), shape: attr.shape(shape) };
      return backend.symbol(
        graph.add({ name, op: 'Placeholder', inputs: [], attributes, outputs }),
        outputs[0]!,
      );
    };
    const out = augmentPixels(
      input('pixels', 'uint8', [COUNT, pixels.height, pixels.width, 3]) as Tensor4D,
      input('transforms', 'float32', [COUNT, 8]),
      input('lighting', 'float32', [COUNT, 2]),
      size,
    );
    expect(out.shape).toEqual([COUNT, size.height, size.width, 3]);
    output = backend.reference(out);
  });
  return { session: new Session(encodeSavedModel(graph)), output };
}

describe('augmentPixels, compiled', () => {
  beforeAll(() => tf.ready());

  it.each([
    ['of one and a half times the size', { height: 36, width: 27 }, { height: 24, width: 18 }],
    ['of five times the size, averaged first', { height: 121, width: 93 }, { height: 24, width: 18 }],
    ['smaller than the size', { height: 11, width: 9 }, { height: 24, width: 18 }],
  ])('is what runs eagerly, on pixels %s, fed as bytes in shared memory', (_, pixels, size) => {
    const { session, output } = compile(pixels, size);
    const bytes = COUNT * pixels.height * pixels.width * 3;
    const shared = new Uint8Array(new SharedArrayBuffer(bytes + 64), 64, bytes);
    const random = new Random(3);
    for (let i = 0; i < bytes; i++) shared[i] = random.integer(256);
    const view = drawAugmentation(augmentSchema.parse({}), { pixels, size, count: COUNT, random });
    try {
      const [compiled] = session.run(
        [
          { name: 'pixels', shape: [COUNT, pixels.height, pixels.width, 3], values: shared },
          { name: 'transforms', shape: [COUNT, 8], values: view.transforms },
          { name: 'lighting', shape: [COUNT, 2], values: view.lighting },
        ],
        [output],
      );
      const eager = tf.tidy(() =>
        augmentPixels(
          tf.tensor4d(Int32Array.from(shared), [COUNT, pixels.height, pixels.width, 3], 'int32'),
          tf.tensor2d(view.transforms, [COUNT, 8]),
          tf.tensor2d(view.lighting, [COUNT, 2]),
          size,
        ).dataSync(),
      );
      expect(compiled!.length).toBe(COUNT * size.height * size.width * 3);
      let worst = 0;
      let [low, high] = [1, 0];
      for (let i = 0; i < eager.length; i++) {
        worst = Math.max(worst, Math.abs(compiled![i]! - eager[i]!));
        [low, high] = [Math.min(low, eager[i]!), Math.max(high, eager[i]!)];
      }
      expect(worst).toBeLessThan(1e-5);
      expect([low >= 0, high <= 1, high - low > 0.2]).toEqual([true, true, true]);
    } finally {
      session.dispose();
    }
  });
});
