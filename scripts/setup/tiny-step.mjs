// Loads TensorFlow in a process of its own and fits a line with it: exits 0 only when the loss falls as it must.
import { createRequire } from 'node:module';
import util from 'node:util';

// Node 23 took these two away; tfjs-node 4.22 still calls them while it loads (as in src-main/graph/tf.ts).
util.isNullOrUndefined ??= (value) => value === null || value === undefined;
util.isArray ??= Array.isArray;
const require = createRequire(import.meta.url);
// In the packaged app the addon lies in the user's cache (as in src-main/graph/addon.ts).
if (process.env.GRANARY_ADDON)
  createRequire(require.resolve('@tensorflow/tfjs-node-gpu'))(
    '@mapbox/node-pre-gyp/lib/pre-binding.js',
  ).find = () => process.env.GRANARY_ADDON;
const tf = require('@tensorflow/tfjs-node-gpu');

const x = tf.range(-1, 1, 0.125).reshape([16, 1]);
const y = x.mul(3).add(1);
const model = tf.sequential({
  layers: [tf.layers.dense({ units: 1, inputShape: [1], kernelInitializer: 'zeros' })],
});
model.compile({ optimizer: tf.train.sgd(0.4), loss: 'meanSquaredError' });
const history = await model.fit(x, y, { epochs: 8, batchSize: 16, verbose: 0 });
const first = history.history.loss[0];
const last = history.history.loss.at(-1);
if (!(last < first / 10))
  throw new Error(`The loss went from ${first} to ${last}: it should have fallen tenfold.`);
const version = tf.backend().binding.TF_Version;
console.log(`TensorFlow ${version} trains: loss ${first.toFixed(3)} to ${last.toFixed(3)} in 8 steps.`);
process.exit(0);
