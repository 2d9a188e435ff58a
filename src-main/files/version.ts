import packageJson from '../../package.json';

/** Granary's own version, written into every record. */
export const granaryVersion: string = packageJson.version;
