#!/usr/bin/env node
// `npm run setup`: dependencies and build, after which node_modules/.bin/freezer-agent works.
import { build, install } from './step.mjs';

process.exit((await install()) && (await build()) ? 0 : 1);
