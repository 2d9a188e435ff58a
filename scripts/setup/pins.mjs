import { readFileSync } from 'node:fs';

/** Every file that set-up fetches: its name, size and SHA-256, in pins.json. (Read, not imported: Node 20 warns of JSON imports.) */
export const pins = JSON.parse(readFileSync(new URL('pins.json', import.meta.url), 'utf8'));
