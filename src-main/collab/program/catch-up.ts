import { type AdamSettings, stepNumbers } from '../schedule.ts';

/**
 * What Adam with decoupled decay does to a row that no batch looks at, from step a to step b, in closed form. With no gradient the
 * moments only fade, m ← β1·m and v ← β2·v, and each step still takes `stepSize·m / (√v + ε)` off the row and shrinks it:
 *
 *     w_b = D(a,b)·w_a − S(a,b)·m_a / (√v_a + ε)
 *
 * D is the product of the shrinks. S sums the steps' sizes, each times what m/√v has faded to by then and what the shrinks after
 * it leave. All come from sums over the schedule that are worked out once, so a row's cost does not depend on how long it waited.
 * Where ε is nothing beside √v, m/√v fades by β1/√β2 a step; where ε is all, by β1. In between S is taken by ε's share of both,
 * which is the only approximation.
 */
export class CatchUp {
  readonly #logShrink: Float64Array;
  readonly #logBeta1: Float64Array;
  readonly #logRoot: number;
  /** Sums of what is still to come after each step, for fading by β1/√β2 and by β1. */
  readonly #rest: { ratio: Float64Array; first: Float64Array };

  constructor(settings: AdamSettings) {
    const n = settings.totalSteps;
    this.#logShrink = new Float64Array(n + 1);
    this.#logBeta1 = new Float64Array(n + 1);
    this.#logRoot = 0.5 * Math.log(settings.beta2);
    this.#rest = { ratio: new Float64Array(n + 1), first: new Float64Array(n + 1) };
    const sizes = new Float64Array(n + 1);
    for (let t = 1; t <= n; t++) {
      const { shrink, beta1, stepSize } = stepNumbers(settings, t);
      this.#logShrink[t] = this.#logShrink[t - 1]! + Math.log(shrink);
      this.#logBeta1[t] = this.#logBeta1[t - 1]! + Math.log(beta1);
      sizes[t] = stepSize;
    }
    const root = Math.exp(this.#logRoot);
    for (let t = n - 1; t >= 0; t--) {
      const shrink = Math.exp(this.#logShrink[t + 1]! - this.#logShrink[t]!);
      const beta1 = Math.exp(this.#logBeta1[t + 1]! - this.#logBeta1[t]!);
      this.#rest.ratio[t] = (beta1 / root / shrink) * (sizes[t + 1]! + this.#rest.ratio[t + 1]!);
      this.#rest.first[t] = (beta1 / shrink) * (sizes[t + 1]! + this.#rest.first[t + 1]!);
    }
  }

  /**
   * Writes five numbers into `out` from `at` on: D, S where ε is nothing, S where ε is all, and what m and v fade to.
   * @param a steps after which the row was last brought up, @param b after which it is wanted
   */
  write(a: number, b: number, out: Float32Array, at: number): void {
    const shrink = Math.exp(this.#logShrink[b]! - this.#logShrink[a]!);
    const first = Math.exp(this.#logBeta1[b]! - this.#logBeta1[a]!);
    const root = Math.exp(this.#logRoot * (b - a));
    const { ratio: byRatio, first: byFirst } = this.#rest;
    out[at] = shrink;
    out[at + 1] = shrink * byRatio[a]! - (first / root) * byRatio[b]!;
    out[at + 2] = shrink * byFirst[a]! - first * byFirst[b]!;
    out[at + 3] = first;
    out[at + 4] = root * root;
  }
}

/** How many numbers {@link CatchUp.write} writes for a row. */
export const CATCH_UP_WIDTH = 5;
