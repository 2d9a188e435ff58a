import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(__dirname, '../../..');
const sources = ['src-main/app', 'src-main/preload', 'src-main/ipc', 'src-renderer'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|svelte|html)$/.test(name))
    .map((name) => ({ name: join(folder, name), text: readFileSync(join(root, folder, name), 'utf8') })),
);

/** docs/security.md says that none of these is used; e2e/security.spec.ts sees the outcome in the real app. */
describe.each([
  ['opening addresses outside', /\bopenExternal\b|\bopenPath\b/],
  ['switching web security off', /webSecurity|allowRunningInsecureContent/],
  ['experimental features', /experimentalFeatures|enableBlinkFeatures/],
  ['Node in the page', /nodeIntegration(InWorker|InSubFrames)?: true|sandbox: false|contextIsolation: false/],
  ['web views', /webviewTag: true|<webview/],
  ['markup from strings', /\{@html|\.innerHTML|insertAdjacentHTML|document\.write/],
  ['the remote module', /@electron\/remote|enableRemoteModule/],
  ['weaker policies', /unsafe-inline|unsafe-eval|bypassCSP/],
])('%s', (_what, forbidden) => {
  it('is in no source of the window or of main', () => {
    expect(sources.length).toBeGreaterThan(60);
    expect(sources.filter(({ text }) => forbidden.test(text)).map(({ name }) => name)).toEqual([]);
  });
});
