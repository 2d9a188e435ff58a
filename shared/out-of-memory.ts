import { GranaryError } from './errors.ts';

/**
 * What programs say when memory cannot be had: TensorFlow (status RESOURCE_EXHAUSTED, its allocators and its thread pools), oneDNN
 * (`dnnl_out_of_memory` is status 1; a primitive whose description was accepted fails for nothing else), C++ (`std::bad_alloc`), V8
 * (its heap and array buffers), CUDA's libraries and the C library.
 */
const signs = [
  /RESOURCE_EXHAUSTED|Resource exhausted|OOM when allocating/i,
  /std::bad_alloc|std::bad_array_new_length/,
  /(?:heap|process) out of memory|FATAL ERROR: .*(?:out of memory|Allocation failed)/i,
  /(?:Array buffer|ArrayBuffer) allocation failed/i,
  /Cannot allocate memory|\bENOMEM\b|memory allocation .*failed|failed to allocate/i,
  /could not create a memory|dnnl_out_of_memory|Status: 1, message: could not/i,
  /what\(\):\s+could not create a primitive\s*$/m,
  /CUDA_ERROR_OUT_OF_MEMORY|CUDNN_STATUS_ALLOC_FAILED|CUBLAS_STATUS_ALLOC_FAILED|out of memory/i,
  /creation via pthread_create\(\) failed/,
];

/** Whether an error's message, or a dead process's last words, tell of memory that could not be had. */
export function tellsOfMemory(text: string): boolean {
  return signs.some((sign) => sign.test(text));
}

/** The line of an error's message that tells of memory, else its first one: with several failures TensorFlow begins with their number. */
export function memoryLine(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  return (lines.find(tellsOfMemory) ?? lines[0]!).slice(0, 300);
}

/** The failure of a worker that had too little memory. */
export function outOfMemory(detail: string, cause?: unknown): GranaryError {
  return new GranaryError(
    'WORKER_OUT_OF_MEMORY',
    `The memory did not suffice: ${detail.trim().replace(/\.$/, '')}.`,
    'Raise --accum (the effective batch stays the same), choose a smaller size, or close other programs.',
    { cause },
  );
}
