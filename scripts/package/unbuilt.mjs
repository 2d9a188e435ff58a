/** What electron-builder says when it could not fetch something. */
const unreachable = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH/;

/**
 * The line in which electron-builder says why it gave up, without the stack below it; the end of its output where there is none.
 * @param {string} output
 */
export function reasonIn(output) {
  const lines = output.split('\n').map((line) => line.trim());
  const told = lines.find((line) => line.startsWith('⨯'));
  return told === undefined ? lines.slice(-25).join('\n').trim() : told.replace(/^⨯\s*/, '');
}

/**
 * What to say when not every installer was made.
 * @param {readonly string[]} built names of those that were
 * @param {readonly { target: string, reason: string }[]} unbuilt
 * @returns {{ code: 'NO_NETWORK' | 'NATIVE_BROKEN', message: string, fix: string }}
 */
export function notBuilt(built, unbuilt) {
  const missing = unbuilt.map(({ target, reason }) => `The ${target} is not built: ${reason}`);
  const made = built.map((target) => `The ${target} is built, in release/.`);
  const fixes = {
    deb: 'A deb needs dpkg-deb.',
    AppImage:
      'electron-builder fetches the tools of an AppImage from its own release page, unless APPIMAGE_TOOLS_PATH names a folder ' +
      'that has them (docs/decisions/071-packaging.md).',
  };
  return {
    code: unbuilt.every(({ reason }) => unreachable.test(reason)) ? 'NO_NETWORK' : 'NATIVE_BROKEN',
    message: [...made, ...missing].join('\n'),
    fix: unbuilt.map(({ target }) => fixes[target]).join(' '),
  };
}
