import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { RunProgress } from '../machine/run-plan.ts';
import { fileNameOf } from '../run/file-name.ts';
import { readJson, writeJson } from '../state/json-file.ts';

const shape = z.object({
  job_id: z.string(),
  run_id: z.string(),
  /** Epoch milliseconds. */
  planned_at: z.number(),
  /** By it a member of a session finds its round. */
  round_at: z.number().optional(),
  /** Epoch milliseconds, as the job says it. */
  started_at: z.number(),
  /** The job as it was when the run began: an edit meanwhile concerns the next run. */
  document: z.record(z.string(), z.unknown()),
  session_tag: z.int(),
  /** Whether the session knows that we take part; `alone`: it could not be reached. */
  session: z.enum(['none', 'waiting', 'joined', 'alone', 'skip', 'ended']),
  /** Why it is none of its round. */
  session_reason: z.string().optional(),
  progress: z.looseObject({ index: z.int(), attempt: z.int(), phase: z.enum(['next', 'at-work', 'waiting', 'ended']) }).nullable(),
  /** Of the backups that were made. */
  backups: z.array(z.string()),
  log: z.string(),
});

/** A run, as far as another process can go on with it. */
export type RunFile = Omit<z.infer<typeof shape>, 'progress'> & { readonly progress: RunProgress | null };

const pathOf = (folder: string, runId: string): string => join(folder, `${fileNameOf(runId)}.json`);

export async function readRunFile(folder: string, runId: string): Promise<RunFile | undefined> {
  const read = shape.safeParse(await readJson(pathOf(folder, runId)));
  // Its progress was written by this program.
  return read.success ? (read.data as RunFile) : undefined;
}

export const writeRunFile = (folder: string, run: RunFile): Promise<void> => writeJson(pathOf(folder, run.run_id), run);

export const removeRunFile = (folder: string, runId: string): Promise<void> => rm(pathOf(folder, runId), { force: true });

/** Removes the files of runs that nobody knows. */
export async function sweepRunFiles(folder: string, known: ReadonlySet<string>): Promise<void> {
  const kept = new Set([...known].map((runId) => `${fileNameOf(runId)}.json`));
  const names = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isFile()).map(({ name }) => name);
  await Promise.all(names.filter((name) => !kept.has(name)).map((name) => rm(join(folder, name), { force: true })));
}
