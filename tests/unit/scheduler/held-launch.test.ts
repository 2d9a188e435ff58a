import { afterEach, describe, expect, it } from 'vitest';
import type { QueueCommand } from '../../../shared/records/queue.ts';
import type { Workbench, WorkbenchOptions } from '../../../src-main/scheduler/workbench.ts';
import { fixtureWorker } from './fixture-worker.ts';
import { HeldGate, START } from './held-gate.ts';
import { eventually } from './processes.ts';
import { TestWorkspace, dataset, gridOf } from './test-workspace.ts';

const home = new TestWorkspace();
const two = ['one', 'two'].map((name) => ({ name, card: null, environment: {} }));

// No workspace can be closed while a gate owes an answer: this comes before the workspace's own hook, which is older.
const gates: HeldGate[] = [];
afterEach(() => {
  for (const gate of gates.splice(0)) gate.letGo();
});

/** Three runs, the first of which the gate looks at. */
async function opened(heeds = true, more: WorkbenchOptions = {}) {
  const gate = new HeldGate();
  gates.push(gate);
  const job = fixtureWorker();
  process.env['TEST_EPOCH_MS'] = '1';
  const workbench = await home.openWith({ job, gate: gate.gate(heeds), waitMs: 5, ...more });
  const launched: string[] = [];
  workbench.on('worker-event', (runId, { type }) => type === 'run-started' && launched.push(runId));
  const items = await workbench.enqueue(dataset, gridOf(['resnet18', 'resnet34', 'resnet50'], 1));
  const runIds = items.map(({ runId }) => runId) as [string, string, string];
  await gate.about(runIds[0]);
  return { gate, workbench, launched, runIds };
}

const states = (workbench: Workbench) => workbench.queue.items.map(({ state }) => state);

/** Lets every run begin that the gate is asked about. */
function letAll(gate: HeldGate): NodeJS.Timeout {
  return setInterval(() => gate.open.forEach(({ answer }) => answer(START)), 5);
}

describe('a run whose launch gate still looks', () => {
  it.each([
    ['move', ['pending', 'pending', 'pending'], 'two'],
    ['skip', ['skipped', 'pending', 'pending'], 'two'],
    ['cancel-waiting', ['cancelled', 'cancelled', 'cancelled'], null],
    ['pause', ['pending', 'pending', 'pending'], null],
  ] as const)('is not launched after "%s", whatever the gate says then', async (verb, expected, next) => {
    const { gate, workbench, launched, runIds } = await opened(false);
    const [one, two] = runIds;
    const command: QueueCommand =
      verb === 'move' ? { verb, runId: two, to: 'first' } : verb === 'skip' ? { verb, runId: one } : { verb };
    const question = await gate.about(one);
    expect(question.signal.aborted).toBe(false);
    const performed = workbench.perform(command);
    expect(question.signal.aborted).toBe(true);
    question.answer(START);
    await performed;
    expect(states(workbench)).toEqual(expected);
    if (next !== null) {
      const { answer } = await gate.about(two);
      // Before the next one runs: as soon as that has ended the gate may be asked about the first one again.
      expect(gate.asked).toEqual([one, two]);
      answer(START);
      await eventually(() => launched.length > 0);
    } else {
      await workbench.whenIdle();
      expect(gate.asked).toEqual([one]);
    }
    expect(launched).toEqual(next === null ? [] : [two]);
  });

  it('leaves its slot at once for another that is put before it, and comes after it', async () => {
    const { gate, workbench, launched, runIds } = await opened();
    const [one, two, three] = runIds;
    // Nobody answers: the gate ends what it does.
    await workbench.perform({ verb: 'move', runId: three, to: 'first' });
    expect(gate.open.map(({ runId }) => runId)).toEqual([three]);
    const all = letAll(gate);
    await workbench.whenIdle();
    clearInterval(all);
    expect(launched).toEqual([three, one, two]);
  });

  it('is looked at further when others change their places behind it, or a command is refused', async () => {
    const { gate, workbench, runIds } = await opened();
    const [one, two, three] = runIds;
    const { signal } = await gate.about(one);
    await workbench.perform({ verb: 'move', runId: three, to: 'up' });
    await workbench.perform({ verb: 'skip', runId: two });
    await workbench.perform({ verb: 'cancel-waiting', runIds: [three] });
    await expect(workbench.perform({ verb: 'move', runId: two, to: 'first' })).rejects.toMatchObject({
      code: 'USAGE',
    });
    expect(states(workbench)).toEqual(['pending', 'cancelled', 'skipped']);
    expect(signal.aborted).toBe(false);
    (await gate.about(one)).answer(START);
    await workbench.whenIdle();
    expect(states(workbench)).toEqual(['finished', 'cancelled', 'skipped']);
  });

  it('that waits for memory goes on waiting when a run that has ended cannot be moved', async () => {
    const { gate, workbench, runIds } = await opened();
    const [one, two, three] = runIds;
    await workbench.perform({ verb: 'skip', runId: two });
    (await gate.about(one)).answer({ type: 'wait', reason: 'Others hold it.' });
    await eventually(() => workbench.queue.items[0]!.waiting !== undefined);
    await expect(workbench.perform({ verb: 'move', runId: two, to: 'first' })).rejects.toMatchObject({
      code: 'USAGE',
    });
    const all = letAll(gate);
    await workbench.whenIdle();
    clearInterval(all);
    expect(states(workbench)).toEqual(['finished', 'skipped', 'finished']);
    expect(three).toBe(runIds[2]);
  });

  it('lets none of the others begin while several leave their slots', async () => {
    const { gate, workbench, launched, runIds } = await opened(false, { slots: two });
    const questions = [await gate.about(runIds[0]), await gate.about(runIds[1])];
    const cancelled = workbench.perform({ verb: 'cancel-waiting' });
    expect(questions.map(({ signal }) => signal.aborted)).toEqual([true, true]);
    for (const { answer } of questions) answer(START);
    await cancelled;
    await workbench.whenIdle();
    expect(states(workbench)).toEqual(['cancelled', 'cancelled', 'cancelled']);
    expect([launched, gate.asked]).toEqual([[], runIds.slice(0, 2)]);
  });

  it('is told of by whenIdle only when what follows the command has ended, too', async () => {
    const { gate, workbench, runIds } = await opened();
    const moved = workbench.perform({ verb: 'move', runId: runIds[2], to: 'first' });
    const all = letAll(gate);
    await workbench.whenIdle();
    expect(states(workbench)).toEqual(['finished', 'finished', 'finished']);
    await moved;
    clearInterval(all);
  });

  it('holds nothing up when the workspace is closed', async () => {
    const { workbench, launched } = await opened();
    await workbench.close();
    expect(home.onDisk().items.map(({ state }) => state)).toEqual([
      'interrupted',
      'interrupted',
      'interrupted',
    ]);
    expect(launched).toEqual([]);
  });

  it('is cancelled at once, also after its epoch, and the next has its turn', async () => {
    const { gate, workbench, runIds } = await opened();
    await workbench.perform({ verb: 'cancel', runId: runIds[0], when: 'after-epoch' });
    await gate.about(runIds[1]);
    await workbench.perform({ verb: 'cancel', runId: runIds[1], when: 'now' });
    (await gate.about(runIds[2])).answer(START);
    await workbench.whenIdle();
    expect(states(workbench)).toEqual(['cancelled', 'cancelled', 'finished']);
  });
});

it('a cancelled run stays so when the workspace is closed before it has stopped', async () => {
  const { gate, workbench, runIds } = await opened();
  process.env['TEST_EPOCH_MS'] = '60000';
  (await gate.about(runIds[0])).answer(START);
  await eventually(() => workbench.workers.length === 1);
  const cancelled = workbench.perform({ verb: 'cancel', runId: runIds[0], when: 'now' });
  await workbench.close();
  await cancelled;
  expect(states(workbench)).toEqual(['cancelled', 'interrupted', 'interrupted']);
});
