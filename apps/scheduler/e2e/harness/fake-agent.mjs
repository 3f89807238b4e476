#!/usr/bin/env node
// Stands for an agent: writes down how it was called, and does what the keys of its job file say.
import { spawn } from 'node:child_process';
import { appendFileSync, readFileSync, statSync } from 'node:fs';

const path = process.argv[process.argv.indexOf('--config') + 1];
const text = readFileSync(path, 'utf8');
const keys = Object.fromEntries(
  text
    .replaceAll('\n\t', '\u0000')
    .split('\n')
    .flatMap((line) => (/^(\w+) = (.*)$/.exec(line) ? [/^(\w+) = (.*)$/.exec(line).slice(1, 3)] : [])),
);
const name = keys.backup_name;
const tell = (fact) => appendFileSync(process.env.AGENT_LOG, `${JSON.stringify({ at: Date.now(), pid: process.pid, name, ...fact })}\n`);
const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => key.startsWith('OS_')));
tell({ what: 'start', argv: process.argv.slice(2), text, mode: (statSync(path).mode & 0o777).toString(8), env });
if (keys.child === '1') {
  const child = spawn(process.execPath, ['-e', "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"], { stdio: 'ignore' });
  tell({ what: 'child', child: child.pid });
}
process.on('SIGTERM', () => {
  tell({ what: 'SIGTERM' });
  if (keys.ignore !== '1') process.exit(143);
});
if (keys.say) process.stderr.write(`${keys.say}\n`);
if (keys.document) process.stdout.write(keys.document.replaceAll('%%', '%'));
setTimeout(
  () => {
    const codes = (keys.codes ?? '0').split(',');
    const before = readFileSync(process.env.AGENT_LOG, 'utf8')
      .split('\n')
      .filter((line) => line.includes(`"name":"${name}"`) && line.includes('"what":"end"')).length;
    const code = Number(codes[Math.min(before, codes.length - 1)]);
    tell({ what: 'end', code });
    process.exit(code);
  },
  Number(keys.seconds ?? '0') * 1000,
);
