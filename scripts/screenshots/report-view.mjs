import { _electron } from '@playwright/test';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { electronExecutable, electronSwitches } from '../electron.mjs';
import { shoot } from './camera.mjs';

/** A report as somebody sees it who was sent the file: in a plain window that is no part of the app. */
export async function shootReport(environment, base, file) {
  const script = join(base, 'report-window.cjs');
  writeFileSync(
    script,
    `const { app, BrowserWindow } = require('electron');
app.whenReady().then(() => new BrowserWindow({ width: 1160, height: 1150, useContentSize: true }).loadFile(${JSON.stringify(file)}));`,
  );
  const app = await _electron.launch({
    executablePath: electronExecutable(),
    args: [...(await electronSwitches()), script],
    env: environment,
  });
  try {
    const page = await app.firstWindow();
    await page.getByRole('heading', { level: 1 }).waitFor();
    await shoot(page, 'report');
  } finally {
    await app.close();
    rmSync(script);
  }
}
