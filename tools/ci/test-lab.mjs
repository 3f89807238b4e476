#!/usr/bin/env node
// `npm run test:lab`: installs what the lab suites need (Debian, as root), then runs them: those of the agent, which take as long as all others
// together, beside the others, which come one after another.
import { removeResults } from './results.mjs';
import { build, install, step, turbo } from './step.mjs';

removeResults(['lab']);
const ready = (await step('lab', ['bash', 'tools/lab/install.sh'])) && (await install()) && (await build());
if (!ready) process.exit(1);

const AGENT = 'freezer-agent';
const suites = (name, filter) => turbo(name, 'test:lab', '--only', '--continue', '--concurrency=1', '--output-logs=full', `--filter=${filter}`);
const passed = await Promise.all([suites('lab tests of the agent', AGENT), suites('other lab tests', `!${AGENT}`)]);
process.exit(passed.every(Boolean) ? 0 : 1);
