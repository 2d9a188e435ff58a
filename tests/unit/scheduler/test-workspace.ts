import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { type Queue, queueSchema } from '../../../shared/records/queue.ts';
import type { Grid } from '../../../shared/records/grid.ts';
import { parseGrid } from '../../../src-main/scheduler/grid-parse.ts';
import { Workbench, type WorkbenchOptions } from '../../../src-main/scheduler/workbench.ts';
import { type Fault, fixtureWorker } from './fixture-worker.ts';

export const dataset = { path: '/data/paddy', options: {}, manifest: null };
export const gridOf = (archs: string[], epochs = 2): Grid =>
  parseGrid({ blocks: [{ arch: archs, size: 32, epochs }], defaults: {} });

/** A workspace of each test's own, and the workbenches that it opens there; all are closed after it. */
export class TestWorkspace {
  path = '';
  #opened: Workbench[] = [];

  constructor() {
    beforeEach(() => {
      this.path = mkdtempSync(join(tmpdir(), 'granary-workbench-'));
      this.#opened = [];
    });
    afterEach(async () => {
      for (const workbench of this.#opened) await workbench.close();
      rmSync(this.path, { recursive: true, force: true });
    }, 60_000);
  }

  open(fault: Fault = 'good', attach = false): Promise<Workbench> {
    return this.openWith({ attach, command: 'this test', job: fixtureWorker(fault) });
  }

  async openWith(options: WorkbenchOptions): Promise<Workbench> {
    const workbench = await Workbench.open(this.path, options);
    this.#opened.push(workbench);
    return workbench;
  }

  /** The queue's file. */
  onDisk(): Queue {
    return queueSchema.parse(JSON.parse(readFileSync(join(this.path, 'queue.json'), 'utf8')));
  }

  workerPid(runId: string): number {
    return (
      JSON.parse(readFileSync(join(this.path, 'runs', runId, 'worker.json'), 'utf8')) as { pid: number }
    ).pid;
  }
}
