import { readFileSync, readlinkSync } from 'node:fs';
import { systemCodeOf } from '@freezer/core';
import * as z from 'zod';

/** A process in a way that outlives the reuse of its number. */
export const processMark = z.object({
  pid: z.int().positive(),
  /** Clock ticks after boot at which it began; '' where that is not known. */
  started: z.string(),
  /** Of the kernel; '' where it is not known. */
  boot: z.string(),
});

export type ProcessMark = z.infer<typeof processMark>;

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1').trim();
  } catch {
    // No such process, or no /proc at all.
    return '';
  }
}

function fieldsOf(pid: number): readonly string[] | undefined {
  const stat = textOf(`/proc/${pid}/stat`);
  // The name may hold blanks and parentheses; state is the first field behind it, the start the twentieth.
  return stat === '' ? undefined : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** In which process numbers mean the same; '' where that is not known. */
export function namespaceOfProcesses(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    // No Linux.
    return '';
  }
}

export const isSameKernel = ({ boot }: Pick<ProcessMark, 'boot'>): boolean => boot !== '' && boot === bootOfKernel();

const bootOfKernel = (): string => textOf('/proc/sys/kernel/random/boot_id');

/** The mark of a process that runs now. */
export const markOf = (pid: number): ProcessMark => ({ pid, started: fieldsOf(pid)?.[19] ?? '', boot: bootOfKernel() });

/** The command line of a process, its words parted by blanks; undefined where it is not known. */
export function programOf(pid: number): string | undefined {
  const words = textOf(`/proc/${pid}/cmdline`);
  return words === '' ? undefined : words.replaceAll('\0', ' ');
}

/** Whether exactly this process still runs. A zombie does not. Where there is no /proc, any process with its number counts. */
export function isAlive({ pid, started, boot }: ProcessMark): boolean {
  if (boot !== bootOfKernel()) return false;
  const fields = fieldsOf(pid);
  if (fields) return fields[0] !== 'Z' && fields[0] !== 'X' && (started === '' || fields[19] === started);
  return started === '' && answers(pid);
}

function answers(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCodeOf(error) === 'EPERM';
  }
}

/** Sends a signal to a process, or with `group` to its group. False when nobody was there to get it. */
export function signalProcess(pid: number, signal: NodeJS.Signals, group = false): boolean {
  try {
    process.kill(group && process.platform !== 'win32' ? -pid : pid, signal);
    return true;
  } catch {
    // It ended just now, or belongs to somebody else.
    return false;
  }
}
