import { createRequire } from 'node:module';
import util from 'node:util';
import type * as TensorFlow from '@tensorflow/tfjs-node-gpu';

/**
 * The one door to TensorFlow.js on native libtensorflow. Node 23 took away two helpers that tfjs-node 4.22 still calls
 * while it loads, so they are put back first. (tfjs-node-gpu and tfjs-node are one code and one addon; which native
 * library answers is decided by set-up.)
 */
const legacy = util as unknown as Record<string, unknown>;
legacy['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
legacy['isArray'] ??= Array.isArray;

const load = createRequire(__filename);
export const tf = load('@tensorflow/tfjs-node-gpu') as typeof TensorFlow;
export type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D, Rank } from '@tensorflow/tfjs-node-gpu';
