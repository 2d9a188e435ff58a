import { afterEach, expect, it, vi } from 'vitest';
import { drawQueue } from '../../../src-renderer/charts/draw-queue.ts';

/** Frames by hand, and a clock that only the draws move. */
function frames(): { next: () => void; pass: (ms: number) => void } {
  let waiting: (() => void)[] = [];
  let now = 0;
  vi.stubGlobal('requestAnimationFrame', (callback: () => void) => waiting.push(callback));
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  return {
    next: () => {
      const due = waiting;
      waiting = [];
      for (const callback of due) callback();
    },
    pass: (ms) => (now += ms),
  };
}
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

it('draws once a frame, spreads what is long over several frames, and forgets what is gone', () => {
  const { next, pass } = frames();
  const drawn: string[] = [];
  const draws = ['a', 'b', 'c', 'd'].map((name, index) => () => {
    drawn.push(name);
    pass([1, 20, 1, 1][index]!);
  });
  for (const draw of draws) drawQueue.ask(draw);
  drawQueue.ask(draws[0]!);
  drawQueue.forget(draws[3]!);
  expect(drawn).toEqual([]);
  next();
  // The second was long: the third waits for the next frame.
  expect(drawn).toEqual(['a', 'b']);
  next();
  expect(drawn).toEqual(['a', 'b', 'c']);
  next();
  expect(drawn).toEqual(['a', 'b', 'c']);
});

it('leaves to the next frame what is asked for while it draws, and does not draw what was forgotten meanwhile', () => {
  const { next } = frames();
  const drawn: string[] = [];
  const forgotten = (): void => void drawn.push('forgotten');
  let rest = 2;
  const inParts = (): void => {
    drawn.push('part');
    rest -= 1;
    if (rest > 0) drawQueue.ask(inParts);
    drawQueue.forget(forgotten);
  };
  drawQueue.ask(inParts);
  drawQueue.ask(forgotten);
  next();
  expect(drawn).toEqual(['part']);
  next();
  expect(drawn).toEqual(['part', 'part']);
  next();
  expect(drawn).toEqual(['part', 'part']);
});

it('goes on with the others after one that throws', () => {
  const { next } = frames();
  const drawn: string[] = [];
  drawQueue.ask(() => {
    throw new Error('a part of the page that cannot be made');
  });
  drawQueue.ask(() => void drawn.push('other'));
  expect(next).toThrow('cannot be made');
  next();
  expect(drawn).toEqual(['other']);
});
