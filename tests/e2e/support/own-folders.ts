import { ownFolders } from '../../support/own-folders.ts';

/** Run by Playwright before the first spec and, what it returns, after the last one. */
export default (): Promise<() => void> => ownFolders(['native']);
