import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Queue, queueSchema } from '../../../shared/records/queue.ts';
import { runOnFinish } from '../../../src-main/cli/on-finish.ts';
import { exampleHeader } from '../runs/example-run.ts';
import { buildCli } from './cli-process.ts';

let cli: { script: string; remove: () => void };
let folder: string;
beforeAll(async () => {
  cli = await buildCli();
  folder = mkdtempSync(join(tmpdir(), 'granary-verbs-'));
}, 60_000);
afterAll(() => {
  cli.remove();
  rmSync(folder, { recursive: true, force: true });
});

const onDisk = (): Queue => queueSchema.parse(JSON.parse(readFileSync(join(folder, 'queue.json'), 'utf8')));

/** Runs `granary queue …` and returns its last line of JSON. */
function queue(...args: string[]): Record<string, unknown> {
  const flags = ['queue', ...args, '--workspace', folder, '--json'];
  try {
    const text = execFileSync(process.execPath, [cli.script, ...flags], { encoding: 'utf8' });
    return JSON.parse(text.trim().split('\n').pop()!) as Record<string, unknown>;
  } catch (error) {
    return JSON.parse((error as { stdout: string }).stdout.trim().split('\n').pop()!) as Record<
      string,
      unknown
    >;
  }
}

describe('a queue that nobody works off', { timeout: 30_000 }, () => {
  it('whose file is damaged is not taken for an empty one, and not touched', () => {
    writeFileSync(join(folder, 'queue.json'), '{"version": 1, "items": [');
    expect(queue('list')).toMatchObject({
      ...{ type: 'error', code: 'WORKSPACE_INVALID' },
      message: expect.stringContaining('queue.json is damaged or cannot be read.') as string,
    });
    expect(readdirSync(folder)).toEqual(['queue.json']);
    expect(readFileSync(join(folder, 'queue.json'), 'utf8')).toBe('{"version": 1, "items": [');
    rmSync(join(folder, 'queue.json'));
    expect(queue('list')).toMatchObject({ type: 'queue', items: [] });
  });

  it('is listed and changed by its verbs, and nothing starts', () => {
    const { config } = exampleHeader('x');
    const items = ['aaaa', 'bbbb', 'cccc'].map((end, index) => ({
      ...{ runId: `20261125-0000-${end}`, name: end, config, error: null },
      state: index === 0 ? 'failed' : 'interrupted',
    }));
    writeFileSync(join(folder, 'queue.json'), JSON.stringify({ version: 1, id: 'q', items }));
    expect(queue('list')).toMatchObject({ type: 'queue', paused: null, items: [{ name: 'aaaa' }, {}, {}] });
    // What was trained and deleted since says so.
    const [trained, deleted, never] = items.map((item) => ({ ...item, state: 'finished' }));
    mkdirSync(join(folder, 'runs', trained!.runId), { recursive: true });
    writeFileSync(
      join(folder, 'queue.json'),
      JSON.stringify({ version: 1, id: 'q', items: [trained, deleted, { ...never, state: 'cancelled' }] }),
    );
    expect(queue('list')).toMatchObject({
      items: [{ why: null }, { state: 'finished', why: 'Its folder is gone.' }, { why: null }],
    });
    writeFileSync(join(folder, 'queue.json'), JSON.stringify({ version: 1, id: 'q', items }));
    expect(queue('move', 'cccc', 'first')).toMatchObject({
      items: [{ name: 'aaaa' }, { name: 'cccc' }, { name: 'bbbb' }],
    });
    queue('skip', 'bbbb');
    queue('retry', 'aaaa');
    expect(onDisk().items.map(({ name, state }) => [name, state])).toEqual([
      ['aaaa', 'interrupted'],
      ['cccc', 'interrupted'],
      ['bbbb', 'skipped'],
    ]);
    expect(queue('move', 'aaaa', 'nowhere')).toMatchObject({ type: 'error', code: 'USAGE' });
    expect(queue('skip', 'zzzz')).toMatchObject({ type: 'error', code: 'RUN_NOT_FOUND' });
    expect(queue('pause')).toMatchObject({ type: 'error', fix: expect.stringContaining('--resume') });
    expect(queue('duplicate', 'cccc', '--set', 'lr')).toMatchObject({ type: 'error', code: 'USAGE' });
    queue('clear');
    expect(onDisk().items.map(({ name }) => name)).toEqual(['aaaa', 'cccc']);
    expect(queue('cancel')).toMatchObject({ type: 'error', code: 'USAGE' });
    expect(queue('cancel', 'aaaa', '--waiting')).toMatchObject({ type: 'error', code: 'USAGE' });
    expect(queue('cancel', '--waiting')).toMatchObject({
      items: [{ state: 'cancelled' }, { state: 'cancelled' }],
    });
  });
});

describe('--on-finish', () => {
  const outcome = { queue: 'q', state: 'failed', finished: 3, failed: 1, others: 2 } as const;

  it('gets the counts in its environment', async () => {
    const file = join(folder, 'told');
    const words =
      '$GRANARY_QUEUE_STATE $GRANARY_QUEUE_FINISHED $GRANARY_QUEUE_FAILED $GRANARY_QUEUE_OTHERS $GRANARY_WORKSPACE';
    // A folder's name is no part of the command, whatever is in it.
    const workspace = '/tmp/a; touch b';
    expect(await runOnFinish(`echo "${words}" > '${file}'`, workspace, outcome)).toBeNull();
    expect(readFileSync(file, 'utf8')).toBe('failed 3 1 2 /tmp/a; touch b\n');
  });

  it('that fails is told', async () => {
    expect(await runOnFinish('exit 3', folder, outcome)).toMatch(/ended with code 3/);
    expect(await runOnFinish('kill -9 $$', folder, outcome)).toMatch(/SIGKILL/);
  });
});
