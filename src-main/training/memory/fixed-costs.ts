const MB = 2 ** 20;

/**
 * What a worker takes beside the tensors of its session, in bytes. Fitted to runs of `tests/bench/memory.mjs` on x86-64 Linux
 * with two processor cores and TensorFlow 2.21 (docs/memory.md has the table); other machines differ by some tens of MiB,
 * which a probe puts right.
 */
const costs = {
  /** Node, TensorFlow's library as far as it is read, the recording, picture decoding and the thread that reads ahead. */
  process: 315 * MB,
  /** A node of the graph in JavaScript, in TensorFlow's session and in its optimiser. */
  node: 28 * 1024,
  /** Scratch of TensorFlow's kernels and of oneDNN, compiled code, threads. */
  scratch: 165 * MB,
  /** Copies of the weights that a checkpoint reads: the weights themselves and both moments of Adam. */
  checkpointCopies: 3,
  /** Buffers of one batch of pixels that the reader holds. */
  batches: 3,
};

/** Facts of a recording beside its tensors. */
export interface RecordingFacts {
  nodes: number;
  /** Bytes of the trained values. */
  weights: number;
  /** Bytes of the pixels of one micro-batch. */
  batch: number;
}

/** @param touched bytes that TensorFlow's allocator ever writes to */
export function mainMemoryBytes(touched: number, { nodes, weights, batch }: RecordingFacts): number {
  return (
    costs.process +
    costs.scratch +
    costs.node * nodes +
    costs.checkpointCopies * weights +
    costs.batches * batch +
    touched
  );
}

/**
 * What a run takes of a card, from what is alive at once: CUDA's context and libraries with cuDNN's scratch, and the pool of TensorFlow's
 * allocator, which is a fifth larger than the tensors (gaps, layouts turned for cuDNN). Fitted to an H100 (docs/memory.md has the table).
 */
export function cardBytes(mostLive: number): number {
  return 840 * MB + 1.22 * mostLive;
}
