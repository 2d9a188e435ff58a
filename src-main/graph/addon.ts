import { createRequire } from 'node:module';

/**
 * The packaged app's folder may be read-only, so that tfjs-node's addon cannot lie where tfjs-node looks for it: it lies in the
 * user's cache, and GRANARY_ADDON says where. (The finder's own module is patched: what it is re-exported from has only a getter.) Its own run path finds TensorFlow's library beside it.
 */
export function pointToAddon(): void {
  const addon = process.env['GRANARY_ADDON'];
  if (addon === undefined || addon === '') return;
  const finder = createRequire(createRequire(__filename).resolve('@tensorflow/tfjs-node-gpu'))(
    '@mapbox/node-pre-gyp/lib/pre-binding.js',
  ) as { find: (packageJson: string) => string };
  const find = finder.find.bind(finder);
  finder.find = (packageJson) => (packageJson.includes('tfjs-node') ? addon : find(packageJson));
}
