import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { link, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FreezerError, systemCodeOf } from '@freezer/core';
import { isAlive, markOf, type ProcessMark, programOf } from '../run/process-mark.ts';

/** Who a pid file names. `mark.started` is '' in files that another program wrote. */
export interface PidHolder {
  readonly mark: ProcessMark;
  readonly alive: boolean;
}

const textOf = ({ pid, started, boot }: ProcessMark): string => `${pid}\n${started} ${boot}\n`;

function parse(text: string): ProcessMark | undefined {
  const [first = '', second = ''] = text.split('\n');
  const pid = Number(first.trim());
  if (!/^\s*\d+\s*$/.test(first) || !Number.isSafeInteger(pid) || pid < 1) return undefined;
  const [started = '', boot = ''] = second.split(' ');
  return { pid, started, boot: boot === '' ? markOf(pid).boot : boot };
}

/** Who holds a pid file; undefined when there is none, or it names nobody. A link is not followed. */
export async function readPidFile(path: string): Promise<PidHolder | undefined> {
  let text: string;
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      text = await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw new FreezerError('unavailable', `pid file ${path} cannot be read (${systemCodeOf(error) ?? 'unknown reason'})`, { cause: error });
  }
  const mark = parse(text);
  return mark && { mark, alive: isAlive(mark) && isScheduler(mark) };
}

/**
 * A number alone may have been given to any program since: it counts when a scheduler has it, as that of Python does. Where nobody says what a
 * process is, its number is believed.
 */
function isScheduler({ pid, started }: ProcessMark): boolean {
  if (started !== '') return true;
  const program = programOf(pid);
  return program === undefined || /freezer.?sched/i.test(program);
}

/** A pid file that names this process. */
export interface HeldPidFile {
  /** Removes it, unless another process has it by now. */
  release(): Promise<void>;
}

/**
 * Makes a pid file for this process: 0644, never through a link, in place of one whose process has ended.
 * Resolves to the holder when a living process has it. Fails with `unavailable` when it cannot be written.
 */
export async function takePidFile(path: string): Promise<HeldPidFile | PidHolder> {
  const own = markOf(process.pid);
  for (let tries = 0; tries < 20; tries += 1) {
    if (await create(path, textOf(own))) return { release: () => release(path, own) };
    const holder = await readPidFile(path);
    if (holder?.alive && holder.mark.pid !== process.pid) return holder;
    await takeAway(path, holder);
  }
  throw new FreezerError('conflict', `pid file ${path} is being taken by others all the time`);
}

export const isHeld = (taken: HeldPidFile | PidHolder): taken is HeldPidFile => 'release' in taken;

async function create(path: string, text: string): Promise<boolean> {
  const whole = `${path}.${randomUUID().slice(0, 8)}`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o755 });
    const file = await open(whole, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o644);
    try {
      await file.writeFile(text);
      await file.chmod(0o644);
    } finally {
      await file.close();
    }
    // It appears with its content, and only when nobody was there.
    await link(whole, path);
    return true;
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') return false;
    throw new FreezerError('unavailable', `pid file ${path} cannot be written (${systemCodeOf(error) ?? 'unknown reason'})`, { cause: error });
  } finally {
    await rm(whole, { force: true });
  }
}

/** Removes the file of a dead holder; puts it back when somebody living made it anew in that moment. */
async function takeAway(path: string, holder: PidHolder | undefined): Promise<void> {
  const aside = `${path}.${randomUUID().slice(0, 8)}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return;
    throw error;
  }
  const now = await readPidFile(aside);
  const other = now?.alive === true && (now.mark.pid !== holder?.mark.pid || now.mark.started !== holder.mark.started);
  if (other) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

async function release(path: string, own: ProcessMark): Promise<void> {
  const text = await readFile(path, 'utf8').catch(() => '');
  if (text === textOf(own)) await rm(path, { force: true });
}
