import type { Command } from 'commander';

/** One file a subcommand; each registers itself on the program. */
export const commands: ((program: Command) => void)[] = [];
