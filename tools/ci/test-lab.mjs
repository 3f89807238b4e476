#!/usr/bin/env node
// `npm run test:lab`: installs what the lab suites need (Debian, as root), then runs them, two packages at a time.
import { removeResults } from './results.mjs';
import { build, install, step, turbo } from './step.mjs';

removeResults(['lab']);
const ready = step('lab', ['bash', 'tools/lab/install.sh']) && install() && build();
process.exit(ready && turbo('lab tests', 'test:lab', '--continue', '--concurrency=2', '--output-logs=full') ? 0 : 1);
