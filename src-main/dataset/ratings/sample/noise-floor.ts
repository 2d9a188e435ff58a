import { planted } from './plan.ts';

/** The error function to 1.2 × 10⁻⁷ (Numerical Recipes, Chebyshev fit of erfc). */
export function erf(x: number): number {
  const t = 1 / (1 + 0.5 * Math.abs(x));
  const series = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587,
    -0.82215223, 0.17087277,
  ].reduceRight((sum, coefficient) => sum * t + coefficient, 0);
  const complement = t * Math.exp(-x * x + series);
  return x >= 0 ? 1 - complement : complement - 1;
}

const below = (z: number): number => 0.5 * (1 + erf(z / Math.SQRT2));

/**
 * Mean and variance of a rating whose planted value is `mean`, after noise, rounding and cutting to 1 … 5. The mean is the best
 * prediction anybody could make, and the variance the error that remains then.
 */
export function ratingMoments(mean: number): { mean: number; variance: number } {
  let [first, second, before] = [0, 0, 0];
  for (let rating = 1; rating <= 5; rating++) {
    const upTo = rating === 5 ? 1 : below((rating + 0.5 - mean) / planted.noise);
    const probability = upTo - before;
    first += rating * probability;
    second += rating * rating * probability;
    before = upTo;
  }
  return { mean: first, variance: second - first * first };
}
