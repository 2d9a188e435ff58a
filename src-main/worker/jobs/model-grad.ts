import { GranaryError } from '../../../shared/errors.ts';
import type { JobOf, JobResult } from '../../../shared/ipc/job.ts';
import { type SafeTensor, float32Tensor, int32Values } from '../../../shared/safetensors/index.ts';
import { timmShape, toTimmLayout } from '../../models/weights.ts';
import type { JobContext } from '../context.ts';
import { inputTensor, readModelInput, writeOutput } from './model-program.ts';

/** Every parameter's gradient of the mean cross-entropy on the pictures and labels of a file, in evaluation mode. */
export async function run(job: JobOf<'model-grad'>, _context: JobContext): Promise<JobResult<'model-grad'>> {
  const { classes, count, pixels, tensors, program: build } = readModelInput(job);
  const y = inputTensor(tensors, 'y', job.input);
  const labels = int32Values(y);
  if (
    y.shape.length !== 1 ||
    labels.length !== count ||
    labels.some((label) => label < 0 || label >= classes)
  )
    throw new GranaryError(
      'TENSOR_INPUT_INVALID',
      `"y" in ${job.input} should hold ${count} labels from 0 to ${classes - 1}, one for each picture of "x".`,
      'Save it as int64 of shape [n].',
    );
  const program = build(count);
  const { loss, gradients } = program.gradients({ input: pixels, labels });
  const result = new Map<string, SafeTensor>([['loss', float32Tensor([], Float32Array.of(loss))]]);
  for (const spec of program.recorded.parameters)
    result.set(spec.name, float32Tensor(timmShape(spec), toTimmLayout(spec, gradients.get(spec.name)!)));
  program.dispose();
  writeOutput(job.output, result, job.arch);
  return { output: job.output, loss, parameters: gradients.size };
}
