/** Whether the text of a `config.json` is a ratings run's; runs of pictures, and older records, do not say what they are. */
export function isRatingsConfig(text: string): boolean {
  try {
    return (JSON.parse(text) as { kind?: unknown } | null)?.kind === 'ratings';
  } catch {
    return false;
  }
}
