/** Whether a record of ours says that a later version of Granary wrote it, whose fields we do not know. */
export function isNewer(record: unknown, version: number): boolean {
  const said = (record as { version?: unknown } | null | undefined)?.version;
  return typeof said === 'number' && said > version;
}
