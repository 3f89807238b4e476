#!/usr/bin/env node
// `npm run setup`: dependencies and build, after which node_modules/.bin/freezer-agent works.
import { setUp } from './step.mjs';

process.exit(setUp() ? 0 : 1);
