import { existsSync, readFileSync } from 'node:fs';

/** PF_EXITING of Linux' `include/linux/sched.h`: set before a process closes its descriptors, and so before anybody feels its end. */
const EXITING = 0x4;

/** Whether a child is ending or has ended. False where there is no /proc to tell. */
export function isExiting(pid: number): boolean {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    // Several children are reaped in one go, before Node tells of the first: who is gone has ended.
    return existsSync('/proc/self/stat');
  }
  // The name may hold spaces and parentheses: state, ppid, pgrp, session, tty, tpgid and flags come after the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' || (Number(fields[6]) & EXITING) !== 0;
}
