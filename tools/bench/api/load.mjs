import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const TICK_MS = 10;
const UNITS = { us: 0.001, ms: 1, s: 1000, m: 60_000 };

const textOf = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return '';
    throw error;
  }
};

/** A process and all below it. */
function family(pid) {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => / \S (\d+) /.exec(textOf(`/proc/${name}/stat`).replace(/^.*\)/, ' '))?.[1] === String(pid));
  return [pid, ...children.flatMap((child) => family(Number(child)))];
}

/** Milliseconds of CPU that the processes have used. */
export function cpuOf(pids) {
  const ticks = pids.map((pid) => {
    const fields = textOf(`/proc/${pid}/stat`)
      .replace(/^.*\) /, '')
      .split(' ');
    return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  });
  return ticks.reduce((sum, each) => sum + each, 0) * TICK_MS;
}

/** The peak of the largest of the processes, in bytes. */
export const peakOf = (pids) => Math.max(...pids.map((pid) => Number(/^VmHWM:\s+(\d+)/m.exec(textOf(`/proc/${pid}/status`))?.[1] ?? 0) * 1024));

export const familyOf = family;

/** A server may still work on requests whose caller has gone, for seconds: the next load of this or another one waits for that. */
async function idle(pids) {
  for (let tries = 0; tries < 120; tries += 1) {
    const before = cpuOf(pids);
    await sleep(250);
    if (cpuOf(pids) - before <= 20) return;
  }
}

/** What wrk runs: requests one after another, `@` in path and body replaced by the ids in turn, and in the end what came of them. */
const script = ({ method, path, body, headers }, ids) => `
local ids = {}
for line in io.lines(${JSON.stringify(ids)}) do ids[#ids + 1] = line end
local headers = {${Object.entries(headers)
  .map(([name, value]) => `[${JSON.stringify(name)}] = ${JSON.stringify(value)}`)
  .join(', ')}}
local path, body = ${JSON.stringify(path)}, ${body === undefined ? 'nil' : JSON.stringify(JSON.stringify(body))}
local at = math.random(#ids)
math.randomseed(os.time())
request = function()
  at = at % #ids + 1
  local id = ids[at]
  local named = body and (body:gsub('@', id)) or nil
  return wrk.format(${JSON.stringify(method)}, (path:gsub('@', id)), headers, named)
end
`;

/**
 * One load of some seconds from eight connections that ask again as soon as they are answered. Resolves to requests a second, p50 and p99 (ms),
 * CPU of the server for each request (ms), its peak memory (bytes), and how many answers were errors.
 */
export async function load(server, request, { seconds, connections, work }) {
  const pids = family(server.pid);
  await idle(pids);
  const lua = join(work, 'load.lua');
  writeFileSync(lua, script(request, request.ids));
  const before = cpuOf(pids);
  const output = await run('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '30s', '--latency', '-s', lua, server.url]);
  const cpu = cpuOf(pids) - before;
  await idle(pids);
  const number = (pattern) => Number(pattern.exec(output)?.[1] ?? 0);
  const quantile = (name) => {
    const [, value, unit] = new RegExp(`^\\s+${name}%\\s+([\\d.]+)(us|ms|s|m)`, 'm').exec(output) ?? [];
    return value === undefined ? Number.NaN : Number(value) * UNITS[unit];
  };
  const count = number(/(\d+) requests in/);
  const errors = [...output.matchAll(/(?:connect|read|write|timeout) (\d+)/g)].reduce((sum, [, each]) => sum + Number(each), 0);
  return {
    rate: number(/Requests\/sec:\s+([\d.]+)/),
    p50: quantile(50),
    p99: quantile(99),
    cpu: cpu / Math.max(1, count),
    peak: peakOf(pids),
    bad: number(/Non-2xx or 3xx responses: (\d+)/) + errors,
  };
}

function run(program, argv) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve(text) : reject(new Error(`${program} ended with ${code}: ${text}`))));
  });
}
