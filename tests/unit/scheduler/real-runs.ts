import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import sharp from 'sharp';
import { Random } from '../../../src-main/dataset/random.ts';

export type CliLine = Record<string, unknown> & { type: string };

/** Two classes of noise, one bluish and one reddish, for real training that takes seconds. */
export async function drawPictures(data: string, of: { pixels: number; perClass: number }): Promise<void> {
  const { pixels: side, perClass } = of;
  const random = new Random(11);
  for (const [label, bright] of [
    ['blue', 2],
    ['red', 0],
  ] as const) {
    mkdirSync(join(data, label), { recursive: true });
    for (let index = 0; index < perClass; index += 1) {
      const pixels = Buffer.from({ length: side * side * 3 });
      for (let at = 0; at < pixels.length; at += 1)
        pixels[at] = random.integer(100) + (at % 3 === bright ? 150 : 0);
      await sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
        .png()
        .toFile(join(data, label, `${index}.png`));
    }
  }
}

/** `granary … --json` in a workspace, with a listener on its lines. Resolves with all lines when it has ended. */
export function granaryLines(
  around: { script: string; workspace: string; environment?: Record<string, string> },
  args: readonly string[],
  onLine: (line: CliLine, child: ChildProcess) => void = () => undefined,
): Promise<CliLine[]> {
  const child = spawn(process.execPath, [around.script, ...args, '--json', '--workspace', around.workspace], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...around.environment },
  });
  const lines: CliLine[] = [];
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text) as CliLine;
    lines.push(line);
    onLine(line, child);
  });
  return new Promise((resolve) => child.on('close', () => resolve(lines)));
}
