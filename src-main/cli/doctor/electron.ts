import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { packagedFolder } from '../../files/packaged.ts';
import { packageRoot } from '../../files/paths.ts';

const manifestSchema = z.object({ electronVersion: z.string().optional() });

/** The Electron that this command line was packaged with (scripts/package.mjs notes its version); null in a checkout. */
export function packagedElectron(root: string = packageRoot()): { version: string; path: string } | null {
  const folder = packagedFolder(root);
  if (folder === null) return null;
  const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return {
    version: manifestSchema.parse(manifest).electronVersion ?? 'unknown',
    path: join(folder, 'granary'),
  };
}
