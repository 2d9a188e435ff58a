// The built app, with a clock beside it: says on stdout when each stage of the start was reached (milliseconds since 1970), and
// quits once the first view answers. Nothing of the app is held back or changed.
const { app } = require('electron');

const at = { script: Date.now() };
app.once('ready', () => (at.ready = Date.now()));
app.once('web-contents-created', (_event, contents) => {
  at.window = Date.now();
  contents.once('dom-ready', () => {
    at.page = Date.now();
    contents
      .executeJavaScript(
        `new Promise((done) => {
          const shown = () =>
            document.querySelector('main h1, main button') !== null &&
            document.querySelector('[data-testid="workspace"]')?.textContent.trim() !== '';
          const look = () => {
            if (!shown()) return requestAnimationFrame(look);
            // Drawn, and the thread is free to take a click.
            requestAnimationFrame(() => setTimeout(() => done({
              usable: Date.now(),
              painted: performance.timeOrigin + (performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN),
            })));
          };
          look();
        })`,
      )
      .then((seen) => {
        process.stdout.write(`${JSON.stringify({ ...at, ...seen })}\n`);
        app.exit(0);
      })
      .catch((error) => {
        console.error(error);
        app.exit(1);
      });
  });
});

require('../../../dist/app/main.cjs');
at.loaded = Date.now();
