import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { GranaryError } from '../../shared/errors.ts';
import { asObject, readableFields } from '../../shared/readable-fields.ts';
import { type MemoryMargin, memoryMarginSchema } from '../../shared/records/memory-plan.ts';
import {
  type MemorySettings,
  type WorkspaceSettings,
  memorySettingsSchema,
  workspaceSettingsSchema,
} from '../../shared/records/workspace-settings.ts';
import { layout } from '../../shared/workspace-layout.ts';
import { writeJsonAtomic } from '../files/atomic.ts';
import { isNewer } from '../files/newer-version.ts';
import { parseMargin } from './memory/amount.ts';

/**
 * The workspace's settings (`settings.json`); the defaults where there are none, or none that can be read. Of a newer version's file
 * what is understood holds.
 */
export function readWorkspaceSettings(workspace: string): WorkspaceSettings {
  const value = readValue(workspace);
  const read = workspaceSettingsSchema.safeParse(isNewer(value, 1) ? understood(value) : value);
  return read.success ? read.data : workspaceSettingsSchema.parse({});
}

/** A newer version's settings, each by itself: those that are not known here are the defaults. */
function understood(value: Readonly<Record<string, unknown>> | null): unknown {
  const memory = asObject(value?.['memory']);
  const margin = readableFields(memoryMarginSchema.shape, memory['margin']);
  return { memory: readableFields(memorySettingsSchema.shape, { ...memory, margin }) };
}

/** What the file holds, known or not; null where there is none, or where it is no JSON object. */
function readValue(workspace: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(readFileSync(join(workspace, layout.settings), 'utf8'));
    return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/**
 * Changes how runs of a workspace use memory, also of a queue that trains: it looks again before each launch. What else the file
 * says stays in it, also what this version does not know. One that is damaged is put aside first.
 * @returns all of it, as it is now
 * @throws GranaryError WORKSPACE_INVALID where a newer version wrote the file, which is left as it is; the file system's error
 */
export function changeMemorySettings(workspace: string, change: Partial<MemorySettings>): MemorySettings {
  const path = join(workspace, layout.settings);
  const value = readValue(workspace);
  if (isNewer(value, 1))
    throw new GranaryError(
      'WORKSPACE_INVALID',
      `The settings of ${workspace} were written by a newer version of Granary.`,
      'Change them with that version. Nothing was changed.',
    );
  const sound = value !== null && workspaceSettingsSchema.safeParse(value).success;
  if (!sound && existsSync(path)) renameSync(path, `${path}.damaged-${Date.now()}`);
  const kept = sound ? value : {};
  const memory = { ...readWorkspaceSettings(workspace).memory, ...change };
  const before = asObject(kept['memory']);
  const margin = { ...asObject(before['margin']), ...memory.margin };
  writeJsonAtomic(path, { ...kept, version: 1, memory: { ...before, ...memory, margin } });
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
