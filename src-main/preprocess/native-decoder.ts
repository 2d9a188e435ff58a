import { attr, dataTypes } from '../graph/attributes.ts';
import { Graph, type NodeAttribute } from '../graph/graph.ts';
import { encodeSavedModel } from '../graph/saved-model.ts';
import { Session } from '../graph/session.ts';
import type { PlainFormat } from './plain-format.ts';

/** Most pictures of one call. They are decoded side by side, by as many threads as TensorFlow has. */
export const DECODE_BATCH = 8;

/** Fed and fetched bytes need a multiple of four, so pictures of other sizes take a way with padding. */
const variants = { jpeg3: 3, png3: 3, png4: 4 } as const;
type Variant = keyof typeof variants;

let session: Session | undefined;

/**
 * Decodes JPEG and PNG files with the codecs inside TensorFlow's library (libjpeg-turbo and libpng, as in sharp and Pillow, and to the
 * same bytes), without libvips's cost for each picture. It blocks this thread until all are done.
 * @param files of one kind and number of channels, {@link DECODE_BATCH} at most
 * @returns rows of RGB or RGBA bytes, one array a file
 * @throws Error with TensorFlow's message when one of them cannot be decoded, a file that ends early among them
 */
export function decodePlain(files: readonly { bytes: Uint8Array; format: PlainFormat }[]): Uint8Array[] {
  const { kind, channels } = files[0]!.format;
  const variant = `${kind}${channels}` as Variant;
  session ??= new Session(encodeSavedModel(decoderGraph()));
  const lengths = files.map(({ format }) => format.height * format.width * channels);
  const feeds = files.flatMap(({ bytes }, lane) => [
    { name: `${variant}/bytes_${lane}`, bytes },
    ...(lengths[lane]! % 4 === 0
      ? []
      : [
          {
            name: `${variant}/padding_${lane}`,
            shape: [1, 2],
            values: Int32Array.of(0, 4 - (lengths[lane]! % 4)),
          },
        ]),
  ]);
  const fetches = lengths.map(
    (length, lane) => `${variant}/${length % 4 === 0 ? 'whole' : 'padded'}_${lane}`,
  );
  return session.run(feeds, fetches).map(({ buffer, byteOffset, byteLength }, lane) => {
    const length = lengths[lane]!;
    if (byteLength !== Math.ceil(length / 4) * 4) throw new Error('it decoded to another size');
    return new Uint8Array(buffer as ArrayBuffer, byteOffset, length);
  });
}

/** One lane a picture and variant: the file's bytes in, its pixels out, four in a 32-bit number because the addon hands out no bytes. */
function decoderGraph(): Graph {
  const graph = new Graph();
  const { int32 } = dataTypes;
  const node = (
    name: string,
    op: string,
    inputs: string[],
    attributes: Record<string, NodeAttribute>,
  ): string => graph.add({ name, op, inputs, attributes, outputs: [], device: '/device:CPU:0' });
  const placeholder = (name: string, dtype: NodeAttribute, shape: number[]): string =>
    node(name, 'Placeholder', [], { dtype, shape: attr.shape(shape) });
  const shape = (name: string, values: Int32Array): string => {
    const bytes = new Uint8Array(values.buffer);
    return node(name, 'Const', [], {
      dtype: attr.type('int32'),
      value: { constant: { shape: [values.length], dtype: int32, bytes } },
    });
  };
  const flat = shape('flat', Int32Array.of(-1));
  const quads = shape('quads', Int32Array.of(-1, 4));
  const reshape = { T: attr.type('uint8'), Tshape: attr.type('int32') };
  for (const [variant, channels] of Object.entries(variants)) {
    for (let lane = 0; lane < DECODE_BATCH; lane++) {
      const name = (what: string): string => `${variant}/${what}_${lane}`;
      const bytes = placeholder(name('bytes'), attr.bytesType(), []);
      const pixels = variant.startsWith('jpeg')
        ? node(name('decoded'), 'DecodeJpeg', [bytes], {
            channels: attr.int(channels),
            ratio: attr.int(1),
            fancy_upscaling: attr.bool(true),
            try_recover_truncated: attr.bool(false),
            acceptable_fraction: attr.float(1),
            dct_method: attr.string('INTEGER_ACCURATE'),
          })
        : node(name('decoded'), 'DecodePng', [bytes], {
            channels: attr.int(channels),
            dtype: attr.type('uint8'),
          });
      const numbers = (what: string, of: string): void => {
        const four = node(name(`${what}_quads`), 'Reshape', [of, quads], reshape);
        node(name(what), 'Bitcast', [four], { T: attr.type('uint8'), type: attr.type('int32') });
      };
      numbers('whole', pixels);
      const row = node(name('row'), 'Reshape', [pixels, flat], reshape);
      const padding = placeholder(name('padding'), attr.type('int32'), [1, 2]);
      const padded = node(name('row_padded'), 'Pad', [row, padding], {
        T: attr.type('uint8'),
        Tpaddings: attr.type('int32'),
      });
      numbers('padded', padded);
    }
  }
  return graph;
}
