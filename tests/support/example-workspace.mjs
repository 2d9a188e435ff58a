import { Buffer } from 'node:buffer';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Writes run folders as workers leave them (docs/file-formats.md), without training: for end-to-end tests, benchmarks and
 * screenshots of what is done with many runs. Everything is drawn from a seed.
 */

/** mulberry32. */
export function seeded(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export const diseases = [
  'bacterial_leaf_blight',
  'bacterial_leaf_streak',
  'bacterial_panicle_blight',
  'blast',
  'brown_spot',
  'dead_heart',
  'downy_mildew',
  'hispa',
  'normal',
  'tungro',
];
export const varieties = [
  'ADT45',
  'AndraPonni',
  'AtchayaPonni',
  'IR20',
  'KarnatakaPonni',
  'Onthanel',
  'Ponni',
  'RR',
  'Surya',
  'Zonal',
];

/**
 * @param {string} workspace
 * @param {{ runs: number, epochs: number, holdout?: number, valid?: number, test?: number, targets?: { name: string, classes: string[] }[],
 *   dataset?: string, seed?: number, predictions?: boolean, prefix?: string }} options
 * @returns ids, oldest first
 */
export function writeRuns(workspace, options) {
  const {
    runs,
    epochs,
    holdout = 60,
    valid = 80,
    test = 0,
    targets = [{ name: 'label', classes: diseases }],
    dataset = 'paddy',
    seed = 1,
    predictions = true,
    prefix = '20261120-21',
  } = options;
  const archs = [
    'convnext_tiny',
    'convnext_small',
    'vit_small_patch16_224',
    'swin_tiny_patch4_window7_224',
    'resnet34',
    'tf_efficientnet_lite0',
  ];
  const resizes = ['squish', 'crop', 'pad'];
  const sizes = [128, 160, 224];
  const rates = [0.0005, 0.001, 0.002, 0.004];
  const truth = labelsOf(holdout + valid + test, targets, seed);
  // How hard each picture is for every run, and which other class it looks like.
  const drawn = seeded(seed + 99);
  const hardness = Float32Array.from({ length: holdout + valid + test }, () => drawn());
  const pictures = { truth, hardness };
  const hash = dataset
    .padEnd(64, '0')
    .replace(/[^0-9a-f]/g, 'a')
    .slice(0, 64);
  return Array.from({ length: runs }, (_, index) => {
    const random = seeded(seed * 1000 + index);
    const arch = archs[index % archs.length];
    const resize = resizes[Math.floor(index / archs.length) % resizes.length];
    const size = sizes[Math.floor(random() * sizes.length)];
    const lr = rates[Math.floor(random() * rates.length)];
    const id = `${prefix}${String(Math.floor(index / 60) % 60).padStart(2, '0')}${String(index % 60).padStart(2, '0')}-${arch}-${resize}-${size}-${(index + 1296 * seed).toString(36).padStart(4, '0')}`;
    const folder = join(workspace, 'runs', id);
    mkdirSync(folder, { recursive: true });
    const began = Date.UTC(2026, 10, 20, 20) + index * 600_000;
    const seconds = 20 + random() * 40;
    const skill = 0.55 + random() * 0.38 - Math.abs(Math.log2(lr / 0.002)) * 0.04 + (size - 128) / 1600;
    writeFileSync(
      join(folder, 'config.json'),
      JSON.stringify(
        header({
          id,
          arch,
          resize,
          size,
          lr,
          began,
          targets,
          dataset,
          hash,
          index,
          epochs,
          holdout,
          valid,
          test,
        }),
      ),
    );
    const sets = {};
    if (predictions) {
      // Each run validates on a part of its own, and all share the hold-out.
      const ids = (name, from, count) =>
        Array.from({ length: count }, (_, i) => `${name}/${String(from + i).padStart(5, '0')}.jpg`);
      sets.holdout = guess(random, skill, pictures, 0, holdout, targets, ids('holdout', 0, holdout));
      sets.valid = guess(
        random,
        skill,
        pictures,
        holdout,
        valid,
        targets,
        ids(`valid-${index % 3}`, 0, valid),
      );
      if (test > 0)
        sets.test = {
          ...guess(random, skill, pictures, holdout + valid, test, targets, ids('test', 0, test)),
          labels: null,
        };
      writeFileSync(join(folder, 'predictions.safetensors'), encodePredictions(targets, sets));
    }
    // The last epoch's figures are those of the predictions.
    const floors = targets.map(
      ({ classes }, t) => figuresOf(sets.valid, t, classes)?.errorRate ?? 1 - skill + 0.05 * t,
    );
    const lines = [];
    const best = { epoch: 1, errorRate: 1 };
    for (let epoch = 1; epoch <= epochs; epoch += 1) {
      const log = epochLog({ epoch, epochs, random, floors, lr, seconds, began, targets });
      if (log.errorRate < best.errorRate) Object.assign(best, { epoch, errorRate: log.errorRate });
      lines.push(JSON.stringify(log));
    }
    writeFileSync(join(folder, 'epochs.jsonl'), `${lines.join('\n')}\n`);
    writeFileSync(
      join(folder, 'worker.log'),
      `TensorFlow 2.21 on CPU\nrecorded ${arch} in 210 ms\ntrained ${epochs} epochs\n`,
    );
    writeFileSync(
      join(folder, 'result.json'),
      JSON.stringify(resultOf({ sets, targets, lines, best, epochs, seconds, began })),
    );
    return id;
  });
}

/** A class of each target for every picture; some classes are rarer. */
function labelsOf(count, targets, seed) {
  const random = seeded(seed + 77);
  return targets.map(({ classes }) =>
    Int32Array.from({ length: count }, () => Math.floor(random() ** 1.4 * classes.length)),
  );
}

/** Probabilities of a network that is right about `skill` of the time, and surer when it is; with TTA a little more often. */
function guess(random, skill, { truth, hardness }, from, count, targets, ids) {
  const plain = [];
  const tta = [];
  const labels = [];
  targets.forEach(({ classes }, t) => {
    const width = classes.length;
    const own = new Float32Array(count * width);
    const views = new Float32Array(count * width);
    const told = new Int32Array(count);
    for (let row = 0; row < count; row += 1) {
      const label = truth[t][from + row];
      told[row] = label;
      const logits = Array.from({ length: width }, () => random() * 3);
      const hard = 0.8 * hardness[from + row] + 0.2 * random();
      const seen = hard < skill - 0.06 * t;
      logits[label] += seen ? 3.2 : 1.4;
      if (!seen) logits[(label + 1 + (row % 3)) % width] += 1.8 * random();
      softmax(logits, own, row * width);
      logits[label] += 0.35 * random();
      softmax(logits, views, row * width);
    }
    plain.push(own);
    tta.push(views);
    labels.push(told);
  });
  return { ids, plain, tta, labels };
}

function softmax(logits, out, at) {
  const top = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - top));
  const sum = powers.reduce((a, b) => a + b, 0);
  powers.forEach((power, c) => (out[at + c] = power / sum));
}

function figuresOf(set, target, classes) {
  if (set === undefined) return null;
  const rate = (tables) => {
    let [wrong, loss] = [0, 0];
    const table = tables[target];
    set.labels[target].forEach((label, row) => {
      const p = table.subarray(row * classes.length, (row + 1) * classes.length);
      if (p.indexOf(Math.max(...p)) !== label) wrong += 1;
      loss -= Math.log(p[label]);
    });
    return { loss: loss / set.ids.length, errorRate: wrong / set.ids.length };
  };
  const [plain, tta] = [rate(set.plain), rate(set.tta)];
  return { images: set.ids.length, ...plain, ttaLoss: tta.loss, ttaErrorRate: tta.errorRate };
}

function header({
  id,
  arch,
  resize,
  size,
  lr,
  began,
  targets,
  dataset,
  hash,
  index,
  epochs,
  holdout,
  valid,
  test,
}) {
  const square = (side) => ({ height: side, width: side });
  return {
    version: 1,
    id,
    name: `${arch} ${resize} ${size}`,
    queue: `night-${1 + Math.floor(index / 40)}`,
    created: new Date(began).toISOString(),
    config: {
      version: 1,
      dataset: `/data/${dataset}`,
      arch,
      size: square(size),
      presize: square(Math.round(size * 1.5)),
      resize,
      epochs: Math.max(1, epochs - 1),
      frozenEpochs: 1,
      lr,
      seed: 1000 + index,
      targets: targets.map(({ name }) => name),
    },
    datasetHash: hash,
    datasetName: dataset,
    targets,
    counts: { train: 1000, valid, holdout, test },
    validHash: `${index % 3}`.padEnd(64, 'b'),
    microBatch: 64,
    stepsPerEpoch: 16,
    graphHash: 'c'.repeat(64),
    parameters: 5_000_000 + 4_000_000 * (index % 6),
    weights: { source: `${arch}.pretrained`, missing: ['head'], unexpected: [] },
    warnings: [],
    versions: { granary: '0.1.0', node: '20.19.0', tensorflow: '2.21.0' },
    device: 'CPU, 2 cores',
  };
}

function epochLog({ epoch, epochs, random, floors, lr, seconds, began, targets }) {
  const done = epoch / epochs;
  const each = targets.map(({ name }, t) => {
    const floor = floors[t];
    const noise = epoch === epochs ? 0 : (random() - 0.4) * 0.04 + (0.9 - floor) * Math.exp(-5 * done);
    const errorRate = Math.min(0.95, floor + noise);
    const validLoss = Math.max(0.02, 2.6 * errorRate + (random() - 0.5) * 0.1);
    return {
      name,
      trainLoss: validLoss * (1.15 - 0.35 * done),
      trainErrorRate: Math.min(0.97, Math.max(0, errorRate * (1.1 - 0.3 * done))),
      validLoss,
      errorRate: Math.max(0, errorRate),
    };
  });
  const sum = (key) => each.reduce((total, one) => total + one[key], 0);
  return {
    version: 1,
    epoch,
    phase: epoch === 1 ? 'frozen' : 'full',
    trainLoss: sum('trainLoss'),
    validLoss: sum('validLoss'),
    errorRate: each[0].errorRate,
    targets: each,
    lr: lr * Math.sin(Math.PI * (0.05 + 0.9 * done)),
    step: 16 * epoch,
    trainSeconds: seconds * 0.85,
    validSeconds: seconds * 0.15,
    imagesPerSecond: 1000 / (seconds * 0.85),
    peakRssMb: 900 + 400 * random(),
    time: new Date(began + epoch * seconds * 1000).toISOString(),
  };
}

function resultOf({ sets, targets, lines, best, epochs, seconds, began }) {
  const last = JSON.parse(lines[lines.length - 1]);
  const of = (set) =>
    targets.map(({ name, classes }, t) => ({ target: name, ...figuresOf(set, t, classes) }));
  const stated = last.targets.map(({ name, validLoss, errorRate }) => ({
    ...{
      target: name,
      images: 80,
      loss: validLoss,
      errorRate,
      ttaLoss: validLoss * 0.97,
      ttaErrorRate: errorRate * 0.97,
    },
  }));
  return {
    version: 1,
    status: 'finished',
    valid: sets.valid === undefined ? stated : of(sets.valid),
    holdout: sets.holdout === undefined ? stated : of(sets.holdout),
    best,
    epochs,
    compiledSteps: 16 * epochs,
    eagerSteps: 0,
    seconds: seconds * epochs,
    peakRssMb: 1300,
    finished: new Date(began + epochs * seconds * 1000).toISOString(),
  };
}

function encodePredictions(targets, sets) {
  const tensors = {};
  const parts = [];
  let at = 0;
  const metadata = {
    format: 'granary-predictions',
    version: '1',
    targets: JSON.stringify(targets.map(({ name }) => name)),
  };
  const add = (name, dtype, shape, values) => {
    const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
    tensors[name] = { dtype, shape, data_offsets: [at, at + bytes.length] };
    parts.push(bytes);
    at += bytes.length;
  };
  for (const { name, classes } of targets) metadata[`classes.${name}`] = JSON.stringify(classes);
  for (const [set, { ids, plain, tta, labels }] of Object.entries(sets)) {
    metadata[`ids.${set}`] = JSON.stringify(ids);
    targets.forEach(({ name, classes }, t) => {
      add(`${set}.plain.${name}`, 'F32', [ids.length, classes.length], plain[t]);
      add(`${set}.tta.${name}`, 'F32', [ids.length, classes.length], tta[t]);
      if (labels !== null) add(`labels.${set}.${name}`, 'I32', [ids.length], labels[t]);
    });
  }
  let text = JSON.stringify({ __metadata__: metadata, ...tensors });
  text = text.padEnd(Math.ceil(Buffer.byteLength(text) / 8) * 8, ' ');
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(text)));
  return Buffer.concat([length, Buffer.from(text, 'utf8'), ...parts]);
}
