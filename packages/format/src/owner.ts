import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';

/** Who makes something that is not finished yet: enough for another process to prove that it is dead. */
export interface Owner {
  readonly run_id: string;
  /** Of the installation (`/etc/machine-id`), or the host name where there is none. */
  readonly machine: string;
  /** Changes with every start of the kernel; '' where it is not known. */
  readonly boot: string;
  /** Process ids mean something only inside one namespace; '' where it is not known. */
  readonly pid_namespace: string;
  readonly pid: number;
  /** Clock ticks after boot at which the process began; '' where it is not known. */
  readonly pid_started: string;
  /** For people. */
  readonly host: string;
  /** Seconds since the Unix epoch at which this was last written. */
  readonly at: number;
}

/** An owner that wrote nothing for so long is dead, wherever it is. */
export const REMAINS_STALE_SECONDS = 24 * 3600;
/** How often what an owner left must be written again. */
export const REMAINS_REFRESH_SECONDS = 600;

const textOf = async (path: string): Promise<string> =>
  readFile(path, 'utf8').then(
    (text) => text.trim(),
    () => '',
  );

interface ProcessState {
  readonly state: string;
  readonly started: string;
}

/** Field 3 and 22 of `/proc/<pid>/stat`; the name in field 2 may hold blanks and parentheses. Undefined: no such process. */
async function processState(pid: number | 'self'): Promise<ProcessState | undefined> {
  const stat = await textOf(`/proc/${pid}/stat`);
  if (stat === '') return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', started: fields[19] ?? '' };
}

/** This process as an owner. */
export async function thisOwner(runId: string, now: number): Promise<Owner> {
  const [machine, boot, namespace, self] = await Promise.all([
    textOf('/etc/machine-id'),
    textOf('/proc/sys/kernel/random/boot_id'),
    readlink('/proc/self/ns/pid').catch(() => ''),
    processState('self'),
  ]);
  return {
    run_id: runId,
    machine: machine || hostname(),
    boot,
    pid_namespace: namespace,
    pid: process.pid,
    pid_started: self?.started ?? '',
    host: hostname(),
    at: now,
  };
}

/** One line of JSON. */
export const ownerBytes = (owner: Owner): Buffer => Buffer.from(`${JSON.stringify(owner)}\n`, 'utf8');

/** Undefined for what is no owner: cut off, or a stranger's. */
export function parseOwner(bytes: Uint8Array): Owner | undefined {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
  const isOwner =
    typeof value === 'object' &&
    value !== null &&
    'run_id' in value &&
    typeof value.run_id === 'string' &&
    'pid' in value &&
    typeof value.pid === 'number' &&
    'at' in value &&
    typeof value.at === 'number';
  if (!isOwner) return undefined;
  const empty = { machine: '', boot: '', pid_namespace: '', pid_started: '', host: '' };
  return { ...empty, ...(value as Owner) };
}

/** Whether the process is gone beyond doubt: same machine, and another boot, or in the same namespace no such process, a zombie, or another start. */
export async function isProvablyDead(owner: Owner, self: Owner): Promise<boolean> {
  if (owner.machine === '' || owner.machine !== self.machine) return false;
  if (owner.boot !== '' && self.boot !== '' && owner.boot !== self.boot) return true;
  if (owner.pid_namespace === '' || owner.pid_namespace !== self.pid_namespace) return false;
  const process = await processState(owner.pid);
  return process === undefined || process.state === 'Z' || process.state === 'X' || (owner.pid_started !== '' && process.started !== owner.pid_started);
}

/** Whether the process runs beyond doubt: same machine, boot and namespace, and the process with that id began when the owner says. */
async function isProvablyAlive(owner: Owner, self: Owner): Promise<boolean> {
  const known = [owner.machine, owner.boot, owner.pid_namespace, owner.pid_started].every((part) => part !== '');
  if (!known || owner.machine !== self.machine || owner.boot !== self.boot || owner.pid_namespace !== self.pid_namespace) return false;
  return !(await isProvablyDead(owner, self));
}

/**
 * Whether remains may be cleared away: their owner is provably dead, or wrote nothing for a day and is not provably alive.
 * `writtenAt` (ms) stands in where the owner cannot be read.
 */
export async function isDead(
  owner: Owner | undefined,
  context: { readonly self: Owner; readonly now: number; readonly writtenAt?: number | undefined },
): Promise<boolean> {
  if (owner === undefined) return context.writtenAt !== undefined && context.now - context.writtenAt / 1000 > REMAINS_STALE_SECONDS;
  if (owner.run_id === context.self.run_id) return false;
  if (await isProvablyDead(owner, context.self)) return true;
  return context.now - owner.at > REMAINS_STALE_SECONDS && !(await isProvablyAlive(owner, context.self));
}

/** For messages: `run 0f3a of process 123 on alpha`. */
export const describeOwner = (owner: Owner | undefined): string =>
  owner === undefined ? 'an unknown run' : `run ${owner.run_id.slice(0, 8)} of process ${owner.pid} on ${owner.host || 'an unknown host'}`;
