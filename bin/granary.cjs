#!/usr/bin/env node
const { existsSync } = require('node:fs');
const { join } = require('node:path');

const cli = join(__dirname, '..', 'dist', 'cli.cjs');
if (!existsSync(cli)) {
  console.error('granary is not built yet. Run `npm run setup` once in this folder, then try again.');
  process.exit(2);
}
require(cli);
