import {
  type MemoryDevice,
  type MemoryMargin,
  type MemoryPlan,
  neededMb,
} from '../../../shared/records/memory-plan.ts';
import { accumulations } from './accumulations.ts';
import type { MemoryChoice, PlanRequest } from './plan-request.ts';
import { sentenceOf } from './reasons.ts';

/** What is left alone of the memory that is free. */
export function marginMb({ freeMb }: Pick<MemoryDevice, 'freeMb'>, { share, leastMb }: MemoryMargin): number {
  return Math.max(share * freeMb, leastMb);
}

/**
 * Chooses how a run trains so that it fits what is free less the margin. Effective batch and learning rate stay. In this order:
 * the smallest accumulation that fits, without checkpointing unless it was asked for, down to micro-batches of two pictures;
 * then with checkpointing, whose step takes a third longer but gives the same numbers; micro-batches of one picture last. When
 * nothing fits, the plan is the way that needs least, and `fits` is false.
 */
export function planMemory(request: PlanRequest): MemoryPlan {
  const { device, batchSize, automatic, time } = request;
  const margin = marginMb(device, request.margin);
  const budget = device.freeMb - margin;
  const choices = automatic ? choicesInOrder(request) : [request];
  const weighed = choices.flatMap(({ accum, checkpointing }) => {
    const need = request.need({ accum, checkpointing });
    return need === null ? [] : [{ accum, checkpointing, need }];
  });
  const fitting = weighed.find(({ need }) => neededMb(need) <= budget);
  const chosen =
    fitting ?? weighed.reduce((a, b) => (neededMb(b.need) < neededMb(a.need) ? b : a), weighed[0]!);
  const { accum, checkpointing, need } = chosen;
  const better =
    automatic || fitting !== undefined ? null : planMemory({ ...request, automatic: true, accum: 1 });
  return {
    version: 1,
    time: time ?? new Date().toISOString(),
    device,
    marginMb: margin,
    ...{ batchSize, accum, microBatch: batchSize / accum, checkpointing },
    ...need,
    chosen: automatic ? 'automatic' : 'asked',
    fits: fitting !== undefined,
    reason: sentenceOf({
      request,
      chosen,
      fits: fitting !== undefined,
      budget,
      margin,
      // What would have been taken first, had there been room.
      rejected: weighed[0] === chosen ? null : weighed[0]!,
      better: better?.fits === true ? better : null,
    }),
  };
}

/** Every way to train, the best first. */
function choicesInOrder({ batchSize, accum: least, checkpointing }: PlanRequest): MemoryChoice[] {
  const accums = accumulations(batchSize, least);
  const several = accums.filter((accum) => accum < batchSize);
  const single = accums.filter((accum) => accum === batchSize);
  const ways = checkpointing ? [true] : [false, true];
  return [several, single].flatMap((group) =>
    ways.flatMap((way) => group.map((accum) => ({ accum, checkpointing: way }))),
  );
}
