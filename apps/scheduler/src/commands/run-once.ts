import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FreezerError, type Logger } from '@freezer/core';
import { openLogger } from '@freezer/log';
import {
  FileSource,
  findAgent,
  type JobReading,
  NO_METER,
  openInstance,
  placesOf,
  type ResolvedScheduler,
  type RunEnd,
  readSourceJob,
  runOnce,
  SCHEDULER_TABLE,
  zoneOf,
} from '@freezer/scheduler';
import { formatJson } from '@freezer/terminal';
import { parts } from '../assemble.ts';
import { connectApi } from '../connect.ts';
import { EXIT } from '../exit-code.ts';
import type { Host } from '../host.ts';
import { trialFolders } from '../trial-folders.ts';

const CODES: Readonly<Record<RunEnd['result'], number>> = { success: EXIT.done, partial: EXIT.partial, fail: EXIT.failed, lost: EXIT.failed, aborted: 143 };

const INTERRUPTED = { SIGINT: 130, SIGTERM: 143 };

/** How long the API may take for what is told of the run. */
const LAST_WRITES_MS = 30_000;

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );

/** `run-once JOB`: runs a job now, here, and waits for its end. JOB is a job file, or the id of a job of the API. */
export async function runOnceCommand({ settings, parsed, warnings }: ResolvedScheduler, host: Host): Promise<number> {
  const [operand, extra] = parsed.operands;
  if (operand === undefined || extra !== undefined)
    throw new FreezerError('invalid', 'usage: freezer-scheduler run-once JOB; JOB is a job file, or the id of a job');
  const places = placesOf(settings, host);
  const log = await openLogger(settings, {
    ...host,
    now: () => new Date(host.now()),
    pid: process.pid,
    program: 'freezer-scheduler',
    secretKeys: SCHEDULER_TABLE.secretKeys(),
  });
  // The agent works on when its terminal is closed; so somebody must be there who keeps its result and takes its files away.
  process.on('SIGHUP', () => undefined);
  const interruption = heedSignals();
  // Not that of a scheduler which may run besides.
  const folder = await mkdtemp(join(tmpdir(), 'freezer-run-once-'));
  const instance = await openInstance(folder);
  const { logger } = log;
  try {
    for (const warning of warnings) logger.warn({}, warning);
    const fromFile = settings['scheduler.no_api'] || (await isFile(operand));
    const agent = await findAgent({ path: settings['scheduler.agent_path'], environment: host.environment, beside: host.beside });
    const folders = trialFolders(settings['scheduler.state_dir'], places.stateRoot);
    const connect = fromFile ? undefined : () => connectApi({ settings, environment: host.environment, trialFolders: folders, logger }).catch(noFile(operand));
    const assembly = { settings, places, host, instance, agent, connect, supervisor: host.supervisor, meter: NO_METER, logger };
    const { runs, desk, client, close } = await parts(assembly);
    const plan = { zone: zoneOf(settings), jitter: 0, misfireGrace: settings['scheduler.misfire_grace_time'] };
    const document = client ? await client().jobs.get(operand, { signal: interruption.signal }) : undefined;
    if (client && !document) throw new FreezerError('not_found', `run-once: there is no job ${operand}`);
    const reading = document ? readSourceJob({ document }, plan) : await readingOf(operand, plan, logger);
    if (document?.job_schedule?.status === 'running') throw new FreezerError('conflict', `run-once: job ${operand} is running`);
    const once = runOnce(runs, reading);
    interruption.stop = () => once.stop();
    if (interruption.signal.aborted) once.stop();
    const end = await once.end;
    const code = end.result === 'aborted' ? (interruption.code ?? CODES.aborted) : CODES[end.result];
    await desk?.close(LAST_WRITES_MS);
    const lost = desk?.undelivered ?? 0;
    await close();
    host.print(
      settings.json
        ? formatJson({ job_id: reading.jobId, result: end.result, message: end.message, actions: end.actions ?? [] })
        : `${reading.jobId}: ${end.result}${end.message === '' ? '' : `: ${end.message}`}\n`,
    );
    if (lost === 0) return code;
    // Nobody delivers them later: this is no scheduler.
    host.complain(
      `freezer-scheduler: run-once: the API did not take ${lost} of the records of this run within ${LAST_WRITES_MS / 1000} s; it does not know of them\n`,
    );
    return code || EXIT.partial;
  } catch (error) {
    // Nothing had begun.
    if (interruption.code !== undefined && error === interruption.signal.reason) return interruption.code;
    throw error;
  } finally {
    await instance.release();
    await rm(folder, { recursive: true, force: true });
    await log.close();
  }
}

interface Interruption {
  readonly signal: AbortSignal;
  /** Exit code of the first signal. */
  code: number | undefined;
  /** Hears of each signal. */
  stop: () => void;
}

/** From the beginning, so that what was made for the run is taken away, also while the API does not answer. */
function heedSignals(): Interruption {
  const asked = new AbortController();
  const interruption: Interruption = { signal: asked.signal, code: undefined, stop: () => undefined };
  for (const [signal, code] of Object.entries(INTERRUPTED)) {
    process.on(signal, () => {
      interruption.code ??= code;
      asked.abort();
      interruption.stop();
    });
  }
  return interruption;
}

/** An operand that names no file may be an id; when no API is named either, the file is what was meant. */
const noFile =
  (operand: string) =>
  (error: unknown): never => {
    if (!FreezerError.is(error, 'invalid')) throw error;
    throw new FreezerError('invalid', `run-once: there is no file ${operand}, and to ask the API for a job of this id: ${error.message}`, { cause: error });
  };

async function readingOf(path: string, plan: Parameters<typeof readSourceJob>[1], logger: Logger): Promise<JobReading> {
  if (!(await isFile(path))) throw new FreezerError('invalid', `run-once: there is no file ${path}`);
  const answer = await new FileSource(path, logger).ask();
  const job = answer.kind === 'jobs' ? answer.jobs[0] : undefined;
  if (!job) throw new FreezerError('invalid', `run-once: ${path} holds no job`);
  return readSourceJob(job, plan);
}
