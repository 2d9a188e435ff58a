import { z } from 'zod';

/** Every failure's stable code. Codes are never renamed: scripts and tests match on them. Grouped by area. */
export const errorCodes = [
  'INTERNAL',
  'USAGE',
  'CANCELLED',
  'ACCESS_DENIED',
  'FOLDER_NOT_FOUND',
  'IPC_REFUSED',
  'IPC_INVALID',
  // set-up
  'NATIVE_MISSING',
  'NATIVE_BROKEN',
  'NO_NETWORK',
  'NO_SPACE',
  'NO_COMPILER',
  'PLATFORM_UNSUPPORTED',
  'HASH_MISMATCH',
  // datasets
  'DATASET_NOT_FOUND',
  'DATASET_EMPTY',
  'DATASET_UNSUPPORTED',
  'DATASET_NO_LABELS',
  'DATASET_BAD_CSV',
  'DATASET_BAD_COLUMNS',
  'DATASET_CHANGED',
  'SPLIT_INVALID',
  'SAMPLE_DEST_NOT_EMPTY',
  'ARCHIVE_DAMAGED',
  'ARCHIVE_REFUSED',
  // pixels
  'IMAGE_UNREADABLE',
  'IMAGE_TOO_LARGE',
  'SIZE_INVALID',
  'CACHE_CORRUPT',
  // models and weights
  'ARCH_UNKNOWN',
  'ARCH_SIZE',
  'WEIGHTS_NOT_FOUND',
  'WEIGHTS_MISMATCH',
  'SAFETENSORS_INVALID',
  'PICKLE_REFUSED',
  'PICKLE_INVALID',
  'TENSOR_INPUT_INVALID',
  // runs, queue, workspace
  'CONFIG_INVALID',
  'GRID_INVALID',
  'WORKSPACE_LOCKED',
  'WORKSPACE_INVALID',
  'RUN_NOT_FOUND',
  'RUN_NOT_FINISHED',
  'RUN_CORRUPT',
  'RUN_FINISHED',
  'RUN_CHANGED',
  'RUN_TOO_LARGE',
  'WORKER_CRASHED',
  'WORKER_KILLED',
  'WORKER_OUT_OF_MEMORY',
  'TRAINING_DIVERGED',
  // ensembles and submissions
  'ENSEMBLE_CLASSES_DIFFER',
  'ENSEMBLE_TARGETS_DIFFER',
  'ENSEMBLE_IMAGES_DIFFER',
  'ENSEMBLE_EMPTY',
  'ENSEMBLE_WEIGHTS',
  'SUBMISSION_INVALID',
] as const;

export const errorCodeSchema = z.enum(errorCodes);
export type ErrorCode = z.infer<typeof errorCodeSchema>;

export const errorPayloadSchema = z.object({
  code: errorCodeSchema,
  message: z.string(),
  fix: z.string().optional(),
  details: z.array(z.string()).optional(),
  stack: z.string().optional(),
});
