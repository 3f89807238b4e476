import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { type Logger, messageOf } from '@freezer/core';
import { minimalEnvironment } from '@freezer/subprocess';
import type { Settings } from './settings/settings.ts';

const CLASS_NUMBERS = { realtime: 1, 'best-effort': 2, idle: 3 } as const;

/** What the settings ask of the scheduler of the system; undefined: leave it as it is. */
interface Priority {
  readonly nice: number | undefined;
  readonly ioClass: keyof typeof CLASS_NUMBERS | undefined;
  readonly ioLevel: number | undefined;
}

/** `--max-priority` is what Freezer makes of it: nice -19 and the real-time class of I/O, level 0. What is said in particular has precedence. */
export function priorityOf(settings: Pick<Settings, 'max_priority' | 'nice' | 'ionice_class' | 'ionice_level'>): Priority {
  const highest = settings.max_priority;
  const ioClass = settings.ionice_class ?? (highest ? 'realtime' : settings.ionice_level === undefined ? undefined : 'best-effort');
  return {
    nice: settings.nice ?? (highest ? -19 : undefined),
    ioClass,
    ioLevel: ioClass === undefined || ioClass === 'idle' ? undefined : (settings.ionice_level ?? (ioClass === 'realtime' ? 0 : undefined)),
  };
}

/** Gives this process and all that it starts the priority that the settings ask for. What the system does not allow is a warning. */
export async function applyPriority(settings: Settings, { logger, signal }: { readonly logger: Logger; readonly signal: AbortSignal }): Promise<void> {
  const { nice, ioClass, ioLevel } = priorityOf(settings);
  if (nice === undefined && ioClass === undefined) return;
  const threads = await threadIds();
  if (nice !== undefined) {
    try {
      for (const thread of threads) setPriority(thread, nice);
    } catch (error) {
      logger.warn({ nice, reason: messageOf(error) }, 'the priority could not be set');
    }
  }
  if (ioClass === undefined) return;
  const level = ioLevel === undefined ? [] : ['-n', String(ioLevel)];
  await ionice(['-c', String(CLASS_NUMBERS[ioClass]), ...level, '-p', ...threads.map(String)], signal).catch((error: unknown) => {
    signal.throwIfAborted();
    logger.warn({ class: ioClass, reason: messageOf(error) }, 'the priority of input and output could not be set');
  });
}

/** On Linux each thread has a priority of its own; those that begin later have that of the one that starts them. */
async function threadIds(): Promise<readonly number[]> {
  const names = await readdir('/proc/self/task').catch(() => [String(process.pid)]);
  return names.map(Number);
}

const ionice = (args: readonly string[], signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    execFile('ionice', args, { env: minimalEnvironment(), signal }, (error, _stdout, stderr) => {
      if (error === null) resolve();
      else reject(new Error(stderr.trim() === '' ? messageOf(error) : stderr.trim().split('\n').at(-1)));
    });
  });
