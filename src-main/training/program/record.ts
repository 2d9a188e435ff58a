import { createHash } from 'node:crypto';
import { type GraphBackend, recordInto } from '../../graph/backend.ts';
import { ConstantPool } from '../../graph/constants.ts';
import { Graph } from '../../graph/graph.ts';
import { encodeSavedModel } from '../../graph/saved-model.ts';
import type { ModelBuilder, ParameterSpec } from '../../models/context.ts';
import { createModel } from '../../models/registry.ts';
import { momentNames } from './adamw.ts';
import { addEvaluation, addFloatFetches } from './evaluation-fetches.ts';
import { addInit } from './initialise.ts';
import { ModelVariables } from './recording-context.ts';
import type { LrGrouping, ProgramSpec, RandomInput, RecordedGraph, RecordedProgram } from './spec.ts';
import { type Recording, accumulatorName, addApply, addTrainFetch } from './train-fetches.ts';
import { Variables } from './variables.ts';

/** All body parameters share group 0: for programs whose learning rates do not matter. */
export const oneBodyGroup: LrGrouping =
  () =>
  ({ group }) =>
    group === 'head' ? 1 : 0;

/**
 * Records everything that a job runs: the one function that builds a step's graph, for training, benchmarks, gradient checks
 * and probes alike. It needs no device and no memory to speak of.
 * @param lrGroupOf which learning rate each parameter follows
 * @param build makes the network, by default the registry's of that name
 * @throws GranaryError ARCH_UNKNOWN, ARCH_SIZE
 */
export function recordProgram(
  spec: ProgramSpec,
  lrGroupOf?: LrGrouping,
  build?: ModelBuilder,
): RecordedProgram {
  const started = performance.now();
  const recorded = recordGraph(spec, lrGroupOf, build);
  const savedModel = encodeSavedModel(recorded.graph);
  const hash = createHash('sha256').update(savedModel).digest('hex');
  return { ...recorded, savedModel, hash, recordMs: performance.now() - started };
}

/** The graph of {@link recordProgram} alone, for those who only look at it: TensorFlow cannot load it so. */
export function recordGraph(
  spec: ProgramSpec,
  lrGroupOf: LrGrouping = oneBodyGroup,
  build: ModelBuilder = (options) => createModel(spec.arch, options),
): RecordedGraph {
  const started = performance.now();
  const classes = spec.targets.reduce((sum, count) => sum + count, 0);
  const { dropPath, dropout } = spec;
  const model = build({ classes, ...spec.size, dropPath, dropout });
  const graph = new Graph();
  const constants = new ConstantPool(graph);
  const asked = new ModelVariables();
  const randomInputs: Record<string, readonly RandomInput[]> = {};

  recordInto(graph, constants, (backend: GraphBackend) => {
    const variables = new Variables(graph, backend, constants);
    const recording: Recording = { spec, model, variables, asked, group: () => 0 };
    // Evaluation comes first: what it asks for are all parameters, which the gradients are then taken of.
    addEvaluation(recording);
    const parameters = [...asked.parameters.values()];
    recording.group = lrGroupOf(parameters);
    addInit(variables, parameters, asked.statistics.values());
    if (spec.floatBatch !== undefined) addFloatFetches(recording, spec.floatBatch);
    const wanted = {
      train: spec.train,
      train_micro: spec.accumulate,
      train_head: spec.trainHead,
      train_head_micro: spec.trainHead && spec.accumulate,
    };
    for (const kind of ['train', 'train_micro', 'train_head', 'train_head_micro'] as const) {
      if (!wanted[kind]) continue;
      for (const [suffix, rows] of [
        ['', spec.microBatch],
        ['_last', spec.lastMicroBatch],
      ] as const) {
        if (rows === undefined) continue;
        randomInputs[kind + suffix] = addTrainFetch(recording, kind, `${kind}${suffix}`, rows);
      }
    }
    if (wanted.train_micro) addApply(recording, 'apply');
    if (wanted.train_head_micro) addApply(recording, 'apply_head');
    addStorage(recording, parameters);
  });

  return {
    spec,
    graph,
    parameters: [...asked.parameters.values()],
    statistics: [...asked.statistics.values()],
    randomInputs,
    nodes: graph.nodes.length,
    recordMs: performance.now() - started,
  };
}

/** Adds the fetches that load values, and those that read and set back the optimizer. */
function addStorage({ spec, variables, asked }: Recording, parameters: readonly ParameterSpec[]): void {
  const { graph, constants } = variables;
  graph.scope = 'storage/';
  const saved = [...parameters, ...asked.statistics.values()];
  variables.addLoad(
    'load',
    saved.map(({ name, shape }) => variables.declare(name, shape)),
  );
  if (!spec.train && !spec.accumulate && !spec.trainHead) return;
  const moments = parameters.flatMap(({ name, shape }) =>
    momentNames(name).map((moment) => variables.declare(moment, shape)),
  );
  const sums = spec.accumulate
    ? parameters.map(({ name, shape }) => variables.declare(accumulatorName(name), shape))
    : [];
  for (const variable of [...moments, ...sums]) variables.read(variable);
  variables.addLoad('load_state', moments);
  const cleared = [...moments, ...sums].map((variable) => variables.clear(variable));
  variables.fetch('reset', constants.scalar(1), cleared);
}
