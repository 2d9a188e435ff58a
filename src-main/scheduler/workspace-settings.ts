import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { MemoryMargin } from '../../shared/records/memory-plan.ts';
import {
  type MemorySettings,
  type WorkspaceSettings,
  workspaceSettingsSchema,
} from '../../shared/records/workspace-settings.ts';
import { layout } from '../../shared/workspace-layout.ts';
import { writeJsonAtomic } from '../files/atomic.ts';
import { parseMargin } from './memory/amount.ts';

/** The workspace's settings (`settings.json`); the defaults where there are none, or none that can be read. */
export function readWorkspaceSettings(workspace: string): WorkspaceSettings {
  return readOrNull(workspace) ?? workspaceSettingsSchema.parse({});
}

function readOrNull(workspace: string): WorkspaceSettings | null {
  try {
    return workspaceSettingsSchema.parse(
      JSON.parse(readFileSync(join(workspace, layout.settings), 'utf8')) as unknown,
    );
  } catch {
    return null;
  }
}

/**
 * Changes how runs of a workspace use memory, also of a queue that trains: it looks again before each launch. A file that cannot
 * be read (it was damaged, or a newer version wrote it) is put aside first.
 * @returns all of it, as it is now
 * @throws the file system's error
 */
export function changeMemorySettings(workspace: string, change: Partial<MemorySettings>): MemorySettings {
  const path = join(workspace, layout.settings);
  const read = readOrNull(workspace);
  if (read === null && existsSync(path)) renameSync(path, `${path}.damaged-${Date.now()}`);
  const settings = read ?? workspaceSettingsSchema.parse({});
  const memory = { ...settings.memory, ...change };
  writeJsonAtomic(path, { ...settings, memory });
  return memory;
}

/** The margin that the environment asks for, which wins over the workspace's; null where it asks for none. */
export function marginOfEnvironment(): MemoryMargin | null {
  const text = process.env['GRANARY_MEMORY_MARGIN'];
  return text === undefined || text.trim() === '' ? null : parseMargin(text, 'GRANARY_MEMORY_MARGIN=');
}

/**
 * What is kept free: what the flag says, else GRANARY_MEMORY_MARGIN, else the workspace's settings.
 * @throws GranaryError USAGE
 */
export function marginOf(workspace: string, flag?: string): MemoryMargin {
  if (flag !== undefined) return parseMargin(flag);
  return marginOfEnvironment() ?? readWorkspaceSettings(workspace).memory.margin;
}
