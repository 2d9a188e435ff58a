import { architecture, checkSize } from '../../../shared/architectures/index.ts';
import { GranaryError } from '../../../shared/errors.ts';
import { formatImageSize, parseImageSize } from '../../../shared/image-size.ts';
import type { JobOf } from '../../../shared/ipc/job.ts';
import { type SafeTensor, encodeSafetensors, float32Values } from '../../../shared/safetensors/index.ts';
import { writeFileAtomic } from '../../files/atomic.ts';
import { matchWeights, readWeightsFile } from '../../models/weights.ts';
import { Program, recordProgram } from '../../training/program/index.ts';

type ModelJob = JobOf<'model-forward'> | JobOf<'model-grad'>;

function inputInvalid(what: string, fix: string): GranaryError {
  return new GranaryError('TENSOR_INPUT_INVALID', what, fix);
}

/** A tensor of the input file. @throws GranaryError TENSOR_INPUT_INVALID where it is not there */
export function inputTensor(
  tensors: ReadonlyMap<string, SafeTensor>,
  name: string,
  path: string,
): SafeTensor {
  const tensor = tensors.get(name);
  if (tensor !== undefined) return tensor;
  const has = [...tensors.keys()].slice(0, 8).join(', ');
  throw inputInvalid(
    `${path} has no tensor "${name}"; it has ${has === '' ? 'none' : has}.`,
    `Save it under "${name}".`,
  );
}

/** [n, c, h, w] to [n, h, w, c] */
export function toNhwc(
  values: Float32Array,
  [n, c, h, w]: readonly [number, number, number, number],
): Float32Array {
  const result = new Float32Array(values.length);
  const plane = h * w;
  for (let image = 0; image < n; image += 1)
    for (let channel = 0; channel < c; channel += 1)
      for (let pixel = 0, from = (image * c + channel) * plane; pixel < plane; pixel += 1, from += 1)
        result[(image * plane + pixel) * c + channel] = values[from]!;
  return result;
}

export interface ModelInput {
  classes: number;
  /** Number of pictures. */
  count: number;
  /** [count, height, width, 3], as the network reads it. */
  pixels: Float32Array;
  tensors: ReadonlyMap<string, SafeTensor>;
  /** The network with the weights in it, recorded for `rows` pictures at once. The caller disposes of it. */
  program(rows: number): Program;
}

/**
 * Reads and checks what `granary model forward` and `grad` are given, and builds the network by the function that training
 * uses. The class count is the weights'.
 * @throws GranaryError ARCH_UNKNOWN, ARCH_SIZE, SIZE_INVALID, WEIGHTS_NOT_FOUND, WEIGHTS_MISMATCH, SAFETENSORS_INVALID,
 *   TENSOR_INPUT_INVALID
 */
export function readModelInput(job: ModelJob): ModelInput {
  const info = architecture(job.arch);
  const size = parseImageSize(job.size);
  checkSize(info, size);
  const weights = readWeightsFile(job.weights).tensors;
  const classes = weights.get(`${info.classifier}.weight`)?.shape[0];
  if (classes === undefined)
    throw new GranaryError(
      'WEIGHTS_MISMATCH',
      `${job.weights} has no "${info.classifier}.weight", so it holds no weights of ${info.id}.`,
      "Use the architecture that the weights were saved from; names must be timm's.",
    );
  const { tensors } = readWeightsFile(job.input, 'input');
  const x = inputTensor(tensors, 'x', job.input);
  const [count = 0, channels, height, width] = x.shape;
  if (x.shape.length !== 4 || count < 1 || channels !== 3 || height !== size.height || width !== size.width)
    throw inputInvalid(
      `"x" in ${job.input} is [${x.shape.join(', ')}] and should be [n, 3, ${size.height}, ${size.width}].`,
      `Pictures are normalised float32 in the order batch, channels, height, width, of the size that --size says (${formatImageSize(size)}).`,
    );
  return {
    classes,
    count,
    pixels: toNhwc(float32Values(x), [count, 3, size.height, size.width]),
    tensors,
    program(rows) {
      const recorded = recordProgram({
        arch: info.id,
        targets: [classes],
        pixels: size,
        size,
        microBatch: rows,
        evalBatch: rows,
        train: false,
        accumulate: false,
        trainHead: false,
        floatBatch: rows,
        labelSmoothing: 0,
        normalise: info,
        lrGroups: 1,
        optimizer: { beta2: 0.999, epsilon: 1e-8 },
      });
      const { values } = matchWeights(recorded.parameters, recorded.statistics, weights, { head: 'strict' });
      const program = Program.load(recorded);
      program.load(values);
      return program;
    },
  };
}

/** Writes the result in one piece. @throws GranaryError USAGE where the path cannot be written */
export function writeOutput(path: string, tensors: Map<string, SafeTensor>, arch: string): void {
  try {
    writeFileAtomic(path, encodeSafetensors({ metadata: { arch }, tensors }));
  } catch (error) {
    if (error instanceof GranaryError) throw error;
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new GranaryError(
      'USAGE',
      `The output ${path} cannot be written (${reason}).`,
      'Choose another path.',
    );
  }
}
