import { architecture } from '../../../shared/architectures/index.ts';
import type { MemoryForecast, MemoryQuestion } from '../../../shared/records/memory-forecast.ts';
import type { ProbeQuestion } from '../../../shared/records/memory-probe.ts';
import { withStandardOps } from '../../graph/ops/index.ts';
import { recordGraph } from '../program/record.ts';
import type { RecordedGraph } from '../program/spec.ts';
import { cardBytes, mainMemoryBytes } from './fixed-costs.ts';
import { RECORDED_BATCH, RunForecast, fetchesOf } from './run-forecast.ts';

const MB = 2 ** 20;

/**
 * Predicts the most memory that a run takes, for each way to train it, from one recording with and one without checkpointing.
 * Nothing is computed and nothing allocated: the graph has every shape, and TensorFlow's allocator is simulated over it.
 * @throws GranaryError ARCH_UNKNOWN, ARCH_SIZE
 */
export function forecastMemory(question: MemoryQuestion): MemoryForecast {
  const { accums, batchSize, presize } = question;
  let [recordMs, predictMs] = [0, 0];
  let parameters = 0;
  const needs = [false, true].flatMap((checkpointing) => {
    const recorded = record(question, checkpointing);
    parameters = recorded.parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
    const readFrom = performance.now();
    const fetches = fetchesOf(recorded);
    const began = performance.now();
    recordMs += recorded.recordMs + began - readFrom;
    const forecast = new RunForecast(fetches);
    const answers = accums.map((accum) => {
      const microBatch = batchSize / accum;
      const { touched, mostLive, resident } = forecast.peak(microBatch, accum > 1);
      const facts = {
        nodes: recorded.nodes,
        weights: 4 * parameters,
        batch: microBatch * presize.height * presize.width * 3,
      };
      return {
        accum,
        checkpointing,
        mainMb: mainMemoryBytes(touched, facts) / MB,
        cardMb: cardBytes(mostLive) / MB,
        activationsMb: (mostLive - resident) / MB,
      };
    });
    predictMs += performance.now() - began;
    return answers;
  });
  return { question, needs, parameters, weightsMb: (4 * parameters) / MB, recordMs, predictMs };
}

function record(
  question: Pick<MemoryQuestion, 'arch' | 'size' | 'presize' | 'classes' | 'precision'> & { card?: boolean },
  checkpointing: boolean,
): RecordedGraph {
  if (question.card === true)
    return withStandardOps(() => record({ ...question, card: false }, checkpointing));
  const info = architecture(question.arch);
  return recordGraph({
    arch: info.id,
    targets: question.classes,
    pixels: question.presize,
    size: question.size,
    microBatch: RECORDED_BATCH,
    evalBatch: RECORDED_BATCH,
    train: true,
    accumulate: true,
    trainHead: false,
    checkpointing,
    precision: question.precision,
    labelSmoothing: 0,
    normalise: info,
    lrGroups: 1,
    optimizer: { beta2: 0.99, epsilon: 1e-5 },
  });
}

/** The same for the few steps of a probe, which makes no checkpoint and evaluates nothing. */
export function forecastProbe(question: ProbeQuestion): { mainMb: number; cardMb: number } {
  const { microBatch, checkpointing, accumulates, presize } = question;
  const recorded = record(question, checkpointing);
  const { touched, mostLive } = new RunForecast(fetchesOf(recorded)).peak(microBatch, accumulates, false);
  const batch = microBatch * presize.height * presize.width * 3;
  const facts = { nodes: recorded.nodes, weights: 0, batch };
  return { mainMb: mainMemoryBytes(touched, facts) / MB, cardMb: cardBytes(mostLive) / MB };
}
