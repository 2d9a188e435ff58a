import { ownFolders } from '../support/own-folders.ts';

/** Run by Vitest before the first test file and, what it returns, after the last one. Weights are fetched once a machine. */
export default (): Promise<() => void> => ownFolders(['native', 'weights']);
