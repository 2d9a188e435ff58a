import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeSafetensors } from '../../../shared/safetensors/index.ts';
import { WorkspaceLock } from '../../../src-main/scheduler/lock.ts';
import { buildCli, granary } from './cli-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'granary-collab-cli-'));
const workspace = join(folder, 'workspace');
const ratings = join(folder, 'ratings.csv');
let script: string;
let remove: () => void;
let runs: string[];

const run = (...args: string[]) => granary(script, args, workspace);
const json = async (...args: string[]) => {
  const { out, err } = await run(...args, '--json');
  return out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown> & { code?: string })
    .concat(err === '' ? [] : []);
};

beforeAll(async () => {
  ({ script, remove } = await buildCli());
  const lines = ['user,item,rating'];
  for (let u = 0; u < 12; u++)
    for (let i = 0; i < 10; i++)
      if ((u * 7 + i * 3) % 4 !== 0) lines.push(`${u},=item-${i},${1 + ((u % 2) + (i % 2)) * 2}`);
  writeFileSync(ratings, lines.join('\n'));
  const settings = ['--epochs', '2', '--factors', '3,4', '--batch-size', '16', '--lr', '0.05', '--seed', '1'];
  const events = await json('collab', 'train', ratings, ...settings);
  const results = events.filter(({ type }) => type === 'result');
  runs = results.map(({ runId }) => runId as string);
  const epochs = events.filter(({ type }) => type === 'epoch');
  expect(epochs.length).toBe(4);
  for (const event of [...epochs, ...results]) {
    expect(event['mse']).toBeGreaterThan(0);
    expect(event['rmse']).toBeCloseTo(Math.sqrt(event['mse'] as number));
  }
  expect(results[1]!['mse']).toBe(epochs[3]!['mse']);
}, 120_000);
afterAll(() => {
  remove();
  rmSync(folder, { recursive: true });
});

test('a sweep leaves run folders that runs and show tell of', async () => {
  const [listed] = (await json('runs')) as unknown as [
    { kind: string; run: string; rmse: number; state: string }[],
  ];
  expect(listed.map(({ run: id, kind, state }) => [id, kind, state])).toEqual(
    runs.map((id) => [id, 'ratings', 'finished']),
  );
  const { out } = await run('show', runs[0]!);
  expect(out).toContain('12 users, 10 items');
  const predictions = decodeSafetensors(
    readFileSync(join(workspace, 'runs', runs[0]!, 'predictions.safetensors')),
  );
  expect(predictions.tensors.get('valid.predicted')!.shape).toEqual(
    predictions.tensors.get('valid.rating')!.shape,
  );
});

test.concurrent('recommends to one and to all; cells are no formulas', async () => {
  const [one] = await json('collab', 'recommend', runs[0]!, '--user', '3', '-n', '2');
  const recommended = one!['recommended'] as { item: string; predicted: number }[];
  const seen = readFileSync(ratings, 'utf8')
    .split('\n')
    .flatMap((line) => (line.startsWith('3,') ? [line.split(',')[1]] : []));
  expect(recommended.length).toBe(2);
  expect(recommended.some(({ item }) => seen.includes(item))).toBe(false);
  const [cold] = await json('collab', 'recommend', runs[0]!, '--user', 'nobody');
  expect(cold!['known']).toBe(false);

  const out = join(folder, 'top.csv');
  await run('collab', 'recommend', ...runs, '--all', '--out', out, '-n', '2');
  const lines = readFileSync(out, 'utf8').trim().split('\n');
  expect(lines[0]).toBe('user,rank,item,title,predicted');
  expect(lines[1]).toMatch(/^0,1,"'=item-\d","'=item-\d",\d(\.\d{1,4})?$/);
});

test.concurrent('several runs predict their mean; similar, explain, evaluate and export answer', async () => {
  const [judged] = await json('collab', 'evaluate', ratings, ...runs);
  expect(judged!['errors']).toMatchObject({ mse: expect.any(Number) as number });
  const [similar] = await json('collab', 'similar', runs[0]!, '=item-1', '-n', '3');
  expect((similar!['similar'] as unknown[]).length).toBe(3);
  const [reasons] = await json('collab', 'explain', runs[0]!, '--user', '3', '--item', '=item-1');
  expect((reasons!['parts'] as unknown[]).length).toBe(5);
  const [exported] = await json('collab', 'export', runs[0]!, join(folder, 'embeddings'));
  const [, items] = exported!['files'] as string[];
  expect(readFileSync(items!, 'utf8').trim().split('\n').length).toBe(10);
});

test('runs filters, sorts and shows recommenders by their own figures; tags and archive reach them', async () => {
  await run('tag', runs[0]!, 'small');
  const { out } = await run(
    'runs',
    '--filter',
    'kind=ratings rmse>0',
    '--columns',
    'id,factors,rmse,tag',
    '--sort',
    '-factors',
  );
  const lines = out.trim().split('\n');
  expect(lines).toHaveLength(3);
  expect(lines[1]).toContain(runs[1]!);
  expect(lines[2]).toMatch(/ 3 .*small$/);
  const tagged = (await json('runs', '--filter', 'tag=small')) as unknown as [
    { run: string; tags: string[] }[],
  ];
  expect(tagged[0].map(({ run: id, tags }) => [id, tags])).toEqual([[runs[0], ['small']]]);
  const [compared] = await json('compare', ...runs);
  expect(compared!['differs']).toEqual({ factors: [3, 4] });
  await run('archive', runs[1]!);
  const [left] = (await json('runs')) as unknown as [{ run: string }[]];
  expect(left.map(({ run: id }) => id)).toEqual([runs[0]]);
});

test.concurrent('the main axes of the factors as a table and as a picture', async () => {
  const csv = join(folder, 'map.csv');
  const svg = join(folder, 'map.svg');
  const [map] = await json('collab', 'pca', runs[0]!, '-n', '5', '--out', csv);
  expect((map!['points'] as unknown[]).length).toBe(5);
  const lines = readFileSync(csv, 'utf8').trim().split('\n');
  expect(lines[0]).toBe('item,title,x,y,ratings');
  expect(lines[1]).toMatch(/^"'=item-\d","'=item-\d",-?[\d.]+,-?[\d.]+,\d+$/);
  await run('collab', 'pca', runs[0]!, '-n', '5', '--out', svg);
  expect(readFileSync(svg, 'utf8').match(/<circle /g)).toHaveLength(5);
});

test.concurrent('a grid file with kind: ratings is a queue of recommenders', async () => {
  const grid = join(folder, 'sweep.yaml');
  writeFileSync(
    grid,
    'kind: ratings\nblocks:\n  - {factors: 2, epochs: 1, batchSize: 16, decay: decoupled, weightDecay: [0.1, 100], seed: 1}\n',
  );
  const own = join(folder, 'queued');
  const events = await json('queue', ratings, '--grid', grid, '--workspace', own);
  const { runs: rows } = events.at(-1) as unknown as {
    runs: { name: string; state: string; rmse: number | null }[];
  };
  expect(rows.map(({ name, state }) => [name, state])).toEqual([
    ['dot-bias 2 decoupled 0.1', 'finished'],
    ['dot-bias 2 decoupled 100', 'skipped'],
  ]);
  expect(rows[0]!.rmse).toBeGreaterThan(0);
  const [listed] = await json('queue', 'list', '--workspace', own);
  expect(listed!['items']).toMatchObject([{ kind: 'ratings' }, { kind: 'ratings', state: 'skipped' }]);
});

test.concurrent('settings that cannot be are told although another process has the workspace', async () => {
  const held = join(folder, 'held');
  const lock = WorkspaceLock.acquire(held, 'a test');
  try {
    const code = async (...args: string[]) => (await json(...args, '--workspace', held)).at(-1)!.code;
    const train = ['collab', 'train', ratings];
    expect(await code(...train, '--epochs', '0')).toBe('CONFIG_INVALID');
    expect(await code(...train, '--valid', 'nowhere.csv')).toBe('SPLIT_INVALID');
    expect(await code('collab', 'train', '--resume', 'none')).toBe('RUN_NOT_FOUND');
    expect(await code(...train)).toBe('WORKSPACE_LOCKED');
  } finally {
    lock.release();
  }
});

test.concurrent.each([
  [['collab', 'train', '--resume', 'none', '--epochs', '3'], 'USAGE'],
  [['collab', 'pca', 'none', '--out', 'map.gif'], 'USAGE'],
  [['collab', 'train', 'nowhere.csv'], 'DATASET_NOT_FOUND'],
  [['collab', 'train', ratings, '--wd', 'much'], 'USAGE'],
  [['collab', 'recommend', 'k3x9', '--user', '1'], 'RUN_NOT_FOUND'],
])('%j', async (args, code) => {
  const events = await json(...args, '--workspace', join(folder, 'empty'));
  expect(events.at(-1)!.code).toBe(code);
});
