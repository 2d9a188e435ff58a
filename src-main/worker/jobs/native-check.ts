import { GranaryError } from '../../../shared/errors.ts';
import { packagedFolder, setUpCommand } from '../../files/packaged.ts';
import type { JobOf, JobResult } from '../../../shared/ipc/job.ts';
import { tf } from '../../graph/tf.ts';
import type { JobContext } from '../context.ts';

interface NativeBackend {
  binding: { TF_Version: string };
  isUsingGpuDevice: boolean;
}

/**
 * Proves that TensorFlow works here: fits y = 3x + 1 by gradient descent and looks at the losses. Devices are named as
 * TensorFlow names them; a card is listed when TensorFlow itself sees it, whatever the driver says.
 */
export async function run(
  _job: JobOf<'native-check'>,
  _context: JobContext,
): Promise<JobResult<'native-check'>> {
  await tf.ready();
  const backend = tf.backend() as unknown as NativeBackend;
  const loss = fitLine(8);
  const first = loss[0] ?? NaN;
  const last = loss.at(-1) ?? NaN;
  if (!(last < first / 10)) {
    throw new GranaryError(
      'NATIVE_BROKEN',
      `A tiny training step went from a loss of ${first} to ${last}; it should fall tenfold.`,
      `${packagedFolder() === null ? 'Delete .native and run' : 'Run `granary cache --clear native`, then'} ${setUpCommand()}; with an NVIDIA card, try GRANARY_TENSORFLOW=cpu.`,
    );
  }
  return {
    tensorflow: backend.binding.TF_Version,
    devices: backend.isUsingGpuDevice ? ['CPU:0', 'GPU:0'] : ['CPU:0'],
    loss,
  };
}

/** Mean squared errors of `steps` steps of plain gradient descent; leaves no tensor behind. */
function fitLine(steps: number): number[] {
  return tf.tidy(() => {
    const x = tf.range(-1, 1, 0.125);
    const y = x.mul(3).add(1);
    const slope = tf.variable(tf.scalar(0));
    const offset = tf.variable(tf.scalar(0));
    const optimizer = tf.train.sgd(0.4);
    const losses: number[] = [];
    for (let step = 0; step < steps; step += 1) {
      const loss = optimizer.minimize(() => tf.losses.meanSquaredError(y, x.mul(slope).add(offset)), true, [
        slope,
        offset,
      ]);
      losses.push(loss?.dataSync()[0] ?? NaN);
    }
    optimizer.dispose();
    slope.dispose();
    offset.dispose();
    return losses;
  });
}
