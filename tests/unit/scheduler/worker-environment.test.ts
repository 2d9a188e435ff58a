import { describe, expect, it, vi } from 'vitest';
import type { Job } from '../../../shared/ipc/job.ts';
import type { SetUpRecord } from '../../../src-main/files/set-up-record.ts';
import { workerEnvironment } from '../../../src-main/scheduler/worker-environment.ts';

const setUp = (variant: string): SetUpRecord => ({
  tensorflow: { version: '2.21.0', variant, folder: '/cache/tensorflow', cuda: null },
  electron: null,
});
const check = { type: 'native-check' } as const;
const forecast: Job = { type: 'memory-forecast', questions: [] };

describe("a worker's environment", () => {
  it('lets TensorFlow take a card’s memory as it needs it, with bounded scratch for cuDNN', () => {
    const environment = workerEnvironment(check, { HOME: '/home/a', NODE_OPTIONS: '--inspect' });
    expect(environment).toMatchObject({
      ...{ HOME: '/home/a', TF_FORCE_GPU_ALLOW_GROWTH: 'true', TF_GPU_ALLOCATOR: 'cuda_malloc_async' },
      TF_CUDNN_WORKSPACE_LIMIT_IN_MB: '256',
    });
    expect(environment).not.toHaveProperty('NODE_OPTIONS');
    expect(environment).not.toHaveProperty('CUDA_VISIBLE_DEVICES');
    const own = { TF_GPU_ALLOCATOR: 'bfc', TF_CUDNN_WORKSPACE_LIMIT_IN_MB: '4096' };
    expect(workerEnvironment(check, own)).toMatchObject(own);
  });

  it('shows no card to jobs that compute nothing on it', () => {
    expect(workerEnvironment(forecast, {})['CUDA_VISIBLE_DEVICES']).toBe('-1');
    expect(workerEnvironment(forecast, { CUDA_VISIBLE_DEVICES: '1' })['CUDA_VISIBLE_DEVICES']).toBe('-1');
    expect(workerEnvironment(check, { CUDA_VISIBLE_DEVICES: '1' })['CUDA_VISIBLE_DEVICES']).toBe('1');
  });

  it('has steps compiled by XLA only where that is asked for and there is the CUDA build', () => {
    const asked = { GRANARY_XLA: '1', XLA_FLAGS: '--xla_dump_to=/tmp/x' };
    expect(workerEnvironment(check, asked, setUp('linux-x64'))).not.toHaveProperty('TF_XLA_FLAGS');
    expect(workerEnvironment(check, {}, setUp('linux-x64-cuda'))).not.toHaveProperty('TF_XLA_FLAGS');
    const environment = workerEnvironment(check, asked, setUp('linux-x64-cuda'));
    expect(environment['TF_XLA_FLAGS']).toMatch(/--tf_xla_auto_jit=2 .*cache_directory=.*xla$/);
    expect(environment['XLA_FLAGS']).toBe(
      '--xla_gpu_cuda_data_dir=/cache/tensorflow/nvidia/cuda_nvcc --xla_dump_to=/tmp/x',
    );
    // The flags are split at blanks: a path with one is quoted.
    const spaced = setUp('linux-x64-cuda');
    spaced.tensorflow.folder = '/home/a b/"c"';
    vi.stubEnv('GRANARY_CACHE', '/home/a b/cache');
    expect(workerEnvironment(check, asked, spaced)).toMatchObject({
      TF_XLA_FLAGS: '--tf_xla_auto_jit=2 --tf_xla_persistent_cache_directory="/home/a b/cache/xla"',
      XLA_FLAGS: '--xla_gpu_cuda_data_dir="/home/a b/\\"c\\"/nvidia/cuda_nvcc" --xla_dump_to=/tmp/x',
    });
    vi.unstubAllEnvs();
    expect(workerEnvironment(forecast, asked, setUp('linux-x64-cuda'))).not.toHaveProperty('TF_XLA_FLAGS');
  });
});
