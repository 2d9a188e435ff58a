import type { JobOf, JobResult } from '../../../shared/ipc/job.ts';
import { float32Tensor } from '../../../shared/safetensors/index.ts';
import type { JobContext } from '../context.ts';
import { readModelInput, writeOutput } from './model-program.ts';

/** Pictures at once: bounds the memory, whatever the file holds. */
const CHUNK = 32;

/** Runs a network on the pictures of a file; its logits, in evaluation mode, go into another. */
export async function run(
  job: JobOf<'model-forward'>,
  _context: JobContext,
): Promise<JobResult<'model-forward'>> {
  const { classes, count, pixels, program: build } = readModelInput(job);
  const rows = Math.min(count, CHUNK);
  const program = build(rows);
  const perPicture = pixels.length / count;
  const logits = new Float32Array(count * classes);
  for (let start = 0; start < count; start += rows) {
    const here = Math.min(rows, count - start);
    const input = new Float32Array(rows * perPicture);
    input.set(pixels.subarray(start * perPicture, (start + here) * perPicture));
    logits.set(program.forward(input).subarray(0, here * classes), start * classes);
  }
  program.dispose();
  writeOutput(job.output, new Map([['logits', float32Tensor([count, classes], logits)]]), job.arch);
  return { output: job.output, shape: [count, classes] };
}
