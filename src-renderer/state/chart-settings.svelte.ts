import { z } from 'zod';
import { type XAxis, xAxes } from '../charts/x-axis.ts';
import { keep, readKept } from './kept.ts';

const KEY = 'charts';

/** The slider ends here; more is typed. */
export const SLIDER_MOST = 0.99;
export const SMOOTHING_MOST = 0.999;

const schema = z.object({
  smoothing: z.number().min(0).max(SMOOTHING_MOST).default(0.9),
  log: z.boolean().default(false),
  x: z.enum(xAxes).default('step'),
});

/** How curves are drawn, the same in every view and kept between starts. */
export class ChartSettings {
  #kept = $state.raw(readKept(KEY, schema));

  get smoothing(): number {
    return this.#kept.smoothing;
  }
  set smoothing(smoothing: number) {
    if (Number.isFinite(smoothing))
      this.#keep({ smoothing: Math.min(SMOOTHING_MOST, Math.max(0, smoothing)) });
  }

  get log(): boolean {
    return this.#kept.log;
  }
  set log(log: boolean) {
    this.#keep({ log });
  }

  get x(): XAxis {
    return this.#kept.x;
  }
  set x(x: XAxis) {
    this.#keep({ x });
  }

  #keep(change: Partial<z.output<typeof schema>>): void {
    this.#kept = { ...this.#kept, ...change };
    keep(KEY, this.#kept);
  }
}
