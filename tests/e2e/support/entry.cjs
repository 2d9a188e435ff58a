// Starts the built app, but holds its window back until Playwright is attached: it calls __playwright_run() then. (Playwright
// does the same by itself where it chooses the Electron.) Without this a window that opens while Playwright connects now
// and then leaves `launch` waiting for ever.
const { app } = require('electron');

const attached = new Promise((resolve) => {
  globalThis.__playwright_run = resolve;
});
const whenReady = app.whenReady.bind(app);
app.whenReady = () => whenReady().then(() => attached);

require('../../../dist/app/main.cjs');
