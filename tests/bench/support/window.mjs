/* global window, requestAnimationFrame -- inside page.evaluate */
import { _electron } from '@playwright/test';
import { join } from 'node:path';
import { electronExecutable, electronSwitches } from '../../../scripts/electron.mjs';
import { root } from '../../../scripts/setup/paths.mjs';

/**
 * The built app in a real window, for measurements.
 * @param {NodeJS.ProcessEnv} environment with its display
 * @param {{ workspace: string, preferences: string }} folders
 */
export async function openWindow(environment, { workspace, preferences }) {
  const app = await _electron.launch({
    executablePath: electronExecutable(),
    args: [...(await electronSwitches()), join(root, 'tests', 'e2e', 'support', 'entry.cjs')],
    env: {
      ...environment,
      GRANARY_NODE: process.execPath,
      GRANARY_WORKSPACE: workspace,
      GRANARY_USER_DATA: preferences,
      GRANARY_ON_QUIT: 'stop',
    },
  });
  const page = await app.firstWindow();
  await page.getByTestId('workspace').waitFor();
  return { app, page };
}

/** Begins to note frames, and tasks that keep the page's thread for more than 50 ms as the browser's own observer reports them. */
export async function watchFrames(page) {
  await page.evaluate(() => {
    window.seen = { long: [], frames: [] };
    new PerformanceObserver((list) =>
      window.seen.long.push(...list.getEntries().map((e) => e.duration)),
    ).observe({ entryTypes: ['longtask'] });
    let last = performance.now();
    const frame = (now) => {
      window.seen.frames.push(now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
}

/** Does something and prints its frames a second and its long tasks. */
export async function phase(page, name, act) {
  await page.evaluate(() => (window.seen.long.length = window.seen.frames.length = 0));
  await act();
  await page.waitForTimeout(120);
  const { long, frames } = await page.evaluate(() => window.seen);
  const sorted = [...frames].sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  const rate = (1000 * frames.length) / frames.reduce((a, b) => a + b, 0);
  const worst = long.length === 0 ? '' : `, the longest ${Math.max(...long).toFixed(0)} ms`;
  console.log(
    `${name}: ${rate.toFixed(0)} frames/s (median ${at(0.5).toFixed(1)} ms, 95 % ${at(0.95).toFixed(1)} ms), ${long.length} tasks over 50 ms${worst}`,
  );
}
