import { spawn } from 'node:child_process';
import { closeSync, lstatSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const POLL_MS = 20;

/** What a machine tells every Node is none of what is measured: a bundle of certificates, read at each start, is 0.04 s of CPU. */
const { NODE_EXTRA_CA_CERTS: _certificates, NODE_OPTIONS: _flags, ...ENVIRONMENT } = process.env;

/**
 * Runs a line of bash and measures all that it starts: `cpu` seconds of user and system (bash adds up what it waited for, and what that had
 * waited for, in milliseconds), `wall` seconds, `nodeBytes` (peak of the largest Node process, 0 without one) and `allBytes` (peak of the
 * sum over all processes) of resident memory, looked up every 20 ms. Throws with the end of what it printed when it fails.
 * @param {string} script @param {{ log: string, env?: NodeJS.ProcessEnv, allowed?: readonly number[] }} setting
 */
export async function measure(script, { log, env, allowed = [0] }) {
  writeFileSync(log, '');
  const output = openSync(log, 'a');
  const begun = process.hrtime.bigint();
  // What is measured does not get descriptor 3.
  const wrapped = `set -o pipefail\n{ ${script}\n} 3>&-\nstatus=$?\ntimes >&3\nexit $status`;
  const child = spawn('bash', ['-c', wrapped], { env: { ...ENVIRONMENT, ...env, LC_ALL: 'C' }, stdio: ['ignore', output, output, 'pipe'] });
  closeSync(output);
  const times = [];
  child.stdio[3].on('data', (chunk) => times.push(chunk));
  const memory = new MemoryWatch(child.pid);
  const timer = setInterval(() => memory.look(), POLL_MS);
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => resolve(status ?? signal));
  }).finally(() => clearInterval(timer));
  const wall = Number(process.hrtime.bigint() - begun) / 1e9;
  if (!allowed.includes(code)) throw new Error(`ended with ${code}: ${script}\n${readFileSync(log, 'utf8').slice(-2000)}`);
  return { wall, cpu: childSeconds(Buffer.concat(times).toString()), nodeBytes: memory.nodeBytes, allBytes: memory.allBytes };
}

/** The second line is that of the children: `0m0.123s 0m0.045s`. */
function childSeconds(text) {
  const parts = [...(text.split('\n')[1] ?? '').matchAll(/(\d+)m([\d.]+)s/g)];
  if (parts.length !== 2) throw new Error(`bash's times cannot be read: '${text}'`);
  return parts.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0);
}

class MemoryWatch {
  nodeBytes = 0;
  allBytes = 0;
  #root;

  constructor(pid) {
    this.#root = pid;
  }

  look() {
    this.allBytes = Math.max(this.allBytes, this.#add(this.#root, ''));
  }

  #add(pid, parentName) {
    const found = statusOf(pid);
    if (found === undefined) return 0;
    if (found.name === 'node') this.nodeBytes = Math.max(this.nodeBytes, found.peak);
    // Between fork and exec a child of Node is a second name for the same pages.
    let sum = found.name === 'node' && parentName === 'node' ? 0 : found.now;
    for (const child of childrenOf(pid)) sum += this.#add(child, found.name);
    return sum;
  }
}

function statusOf(pid) {
  const text = textOf(`/proc/${pid}/status`);
  const field = (pattern) => Number(pattern.exec(text)?.[1] ?? 0) * 1024;
  return text === '' ? undefined : { name: /^Name:\t(.*)$/m.exec(text)?.[1], now: field(/^VmRSS:\s+(\d+)/m), peak: field(/^VmHWM:\s+(\d+)/m) };
}

const childrenOf = (pid) => textOf(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);

function textOf(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    // It has ended since.
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return '';
    throw error;
  }
}

/** The bytes of all files below a folder; one with several names counts once. */
export function storedBytes(folder) {
  const seen = new Set();
  let sum = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const { size, dev, ino } = lstatSync(join(entry.parentPath ?? entry.path, entry.name));
    if (!seen.has(`${dev}:${ino}`)) sum += size;
    seen.add(`${dev}:${ino}`);
  }
  return sum;
}

export const median = (values) => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};
