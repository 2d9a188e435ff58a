import { createRequire } from 'node:module';
import util from 'node:util';
import type * as TensorFlow from '@tensorflow/tfjs-node-gpu';
import { pointToAddon } from './addon.ts';
import { GranaryError } from '../../shared/errors.ts';
import { setUpAgain } from '../files/packaged.ts';

/**
 * The one door to TensorFlow.js on native libtensorflow. Node 23 took away two helpers that tfjs-node 4.22 still calls
 * while it loads, so they are put back first. (tfjs-node-gpu and tfjs-node are one code and one addon; which native
 * library answers is decided by set-up.)
 */
const legacy = util as unknown as Record<string, unknown>;
legacy['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
legacy['isArray'] ??= Array.isArray;

export const tf = loadTensorflow();

function loadTensorflow(): typeof TensorFlow {
  try {
    pointToAddon();
    return createRequire(__filename)('@tensorflow/tfjs-node-gpu') as typeof TensorFlow;
  } catch (error) {
    const message = (error as Error).message.split('\n')[0] ?? '';
    const missing = /can not be found|Cannot find module/.test(message);
    throw new GranaryError(
      missing ? 'NATIVE_MISSING' : 'NATIVE_BROKEN',
      missing ? 'TensorFlow is not set up here.' : `TensorFlow's library does not load: ${message}`,
      setUpAgain(),
      { cause: error },
    );
  }
}
export type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D, Rank } from '@tensorflow/tfjs-node-gpu';
