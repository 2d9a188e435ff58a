import { join } from 'node:path';
import type { Job } from '../../shared/ipc/job.ts';
import { cachePath } from '../files/paths.ts';
import { type SetUpRecord, readSetUpRecord } from '../files/set-up-record.ts';

/** The environment of a job's worker: its parent's, and what TensorFlow reads when its library is loaded. */
export function workerEnvironment(
  job: Job,
  parent: NodeJS.ProcessEnv = process.env,
  setUp: SetUpRecord | null = readSetUpRecord(),
): NodeJS.ProcessEnv {
  const { ELECTRON_RUN_AS_NODE: _electron, NODE_OPTIONS: _options, ...inherited } = parent;
  return {
    ...inherited,
    TF_CPP_MIN_LOG_LEVEL: parent['TF_CPP_MIN_LOG_LEVEL'] ?? '2',
    TF_ENABLE_ONEDNN_OPTS: parent['TF_ENABLE_ONEDNN_OPTS'] ?? '1',
    ...(computesOnCard.has(job.type) ? onCards(parent) : withoutCards),
    ...(computesOnCard.has(job.type) && compilesForCards(parent, setUp) ? compiled(parent, setUp!) : {}),
    ...(job.type === 'train' && job.config.deterministic ? deterministic : {}),
    ...(job.type === 'collab-train' && job.config.batchSize < MANY_ROWS ? oneThread : {}),
  };
}

/** Jobs that compute on a card where there is one. */
const computesOnCard: ReadonlySet<Job['type']> = new Set<Job['type']>([
  ...([
    'train',
    'predict',
    'memory-probe',
    'bench-step',
    'native-check',
    'model-forward',
    'model-grad',
  ] as const),
]);

/**
 * TensorFlow takes half a gigabyte of each card that it sees, if only to record a graph. Recommenders train on the processor, whose
 * memory is what is planned for them.
 */
const withoutCards = { CUDA_VISIBLE_DEVICES: '-1' };

/**
 * Whether the steps of workers are compiled for the card by XLA: asked for with GRANARY_XLA=1, and only with the CUDA build. On a processor
 * it makes a step 2.5 times slower.
 */
export function compilesForCards(
  parent: NodeJS.ProcessEnv = process.env,
  setUp: SetUpRecord | null = readSetUpRecord(),
): boolean {
  return parent['GRANARY_XLA'] === '1' && setUp?.tensorflow.variant.endsWith('-cuda') === true;
}

/**
 * A worker takes the card's memory as it needs it and leaves the rest to others. While TensorFlow tries which of cuDNN's algorithms is
 * the quickest it would give each up to 4 GiB of scratch, which its pool then keeps: ResNet-50 at 224 px, batch 64, took 12,974 MB of an H100 so
 * and 8,302 MB with 256 MiB, at the same time a step.
 */
function onCards(parent: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    TF_GPU_ALLOCATOR: parent['TF_GPU_ALLOCATOR'] ?? 'cuda_malloc_async',
    TF_CUDNN_WORKSPACE_LIMIT_IN_MB: parent['TF_CUDNN_WORKSPACE_LIMIT_IN_MB'] ?? '256',
  };
}

/** XLA's switches: clusters of ops are found by itself, what was compiled is kept for later workers, and CUDA's assembler is the one of set-up. */
function compiled(parent: NodeJS.ProcessEnv, { tensorflow }: SetUpRecord): NodeJS.ProcessEnv {
  const kept = join(cachePath(), 'xla');
  const words = (...all: (string | undefined)[]): string =>
    all.filter((one) => one !== undefined && one !== '').join(' ');
  return {
    TF_XLA_FLAGS: words(
      '--tf_xla_auto_jit=2',
      `--tf_xla_persistent_cache_directory=${flagValue(kept)}`,
      parent['TF_XLA_FLAGS'],
    ),
    XLA_FLAGS: words(
      `--xla_gpu_cuda_data_dir=${flagValue(join(tensorflow.folder, 'nvidia', 'cuda_nvcc'))}`,
      parent['XLA_FLAGS'],
    ),
  };
}

/** A path as a flag of XLA's takes it: these are split at blanks, but for what stands in quotes, in which a backslash keeps the next character. */
function flagValue(path: string): string {
  return /[\s"'\\]/.test(path) ? `"${path.replace(/["\\]/g, '\\$&')}"` : path;
}

/** Rows a step from which on a step's ops are worth more than one thread. */
const MANY_ROWS = 1024;
/** Small ops take less time than handing them to other threads. Read when TensorFlow's library is loaded. */
const oneThread = { TF_NUM_INTEROP_THREADS: '1', TF_NUM_INTRAOP_THREADS: '1' };

/** TensorFlow's own switches for the same bits at each run; they matter on cards. */
const deterministic = { TF_DETERMINISTIC_OPS: '1', TF_CUDNN_DETERMINISTIC: '1' };
