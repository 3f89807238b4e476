import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FreezerError, messageOf } from '@freezer/core';
import { type ActionValues, actionFile } from './action-file.ts';
import { type ActionOutcome, outcomeOf } from './action-outcome.ts';
import type { AgentProgram } from './agent-program.ts';
import { AgentRun } from './agent-run.ts';
import { fileNameOf } from './file-name.ts';
import type { StopReason } from './run-folder.ts';

/** Which try of which action of which run. */
export interface TryId {
  readonly jobId: string;
  readonly runId: string;
  readonly index: number;
  /** Counted from 1. */
  readonly attempt: number;
}

export interface ActionRunnerOptions {
  /** Of all runs. */
  readonly folder: string;
  readonly agent: AgentProgram;
  readonly supervisor: readonly string[];
  /** Seconds. */
  readonly killGrace: number;
  readonly largestDocument: number;
  /** What every agent sees; nothing of systemd's. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface TryRequest {
  readonly id: TryId;
  readonly action: ActionValues;
  /** Seconds; 0: none. */
  readonly timeLimit: number;
  /** Over the environment of all; undefined takes a name away. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Keys that the job file gets besides those of the action. */
  readonly added?: ActionValues;
}

/** A try at work. */
export interface RunningTry {
  readonly id: TryId;
  /** Of the agent. */
  readonly pid: number | undefined;
  /** Never rejects. */
  readonly ended: Promise<ActionOutcome>;
  stop(reason: StopReason): Promise<void>;
}

const NOT_FOR_AGENTS = ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID', 'LISTEN_FDS', 'LISTEN_PID', 'LISTEN_FDNAMES'];

/** `<run id>.<action>.<try>`: by it a later scheduler finds the try again. */
const folderName = ({ runId, index, attempt }: TryId): string => `${fileNameOf(runId)}.${index}.${attempt}`;

/** Starts agents, finds those that an earlier scheduler started, and tells how each ended. */
export class ActionRunner {
  readonly #options: ActionRunnerOptions;
  readonly #running = new Map<string, RunningTry>();

  constructor(options: ActionRunnerOptions) {
    this.#options = options;
  }

  /** Tries at work. */
  get running(): readonly RunningTry[] {
    return [...this.#running.values()];
  }

  /** Starts a try. Never rejects: what cannot be started has failed. */
  async start({ id, action, timeLimit, environment, added }: TryRequest): Promise<RunningTry> {
    const { folder, agent, supervisor, killGrace, largestDocument } = this.#options;
    const place = join(folder, folderName(id));
    try {
      const run = await AgentRun.start({
        folder: place,
        agent,
        supervisor,
        actionFile: actionFile(action, added),
        environment: this.#environment(environment),
        limits: { kill_grace: killGrace, time_limit: timeLimit, largest_document: largestDocument },
      });
      return this.#watch(id, run);
    } catch (error) {
      await rm(place, { recursive: true, force: true });
      return failed(id, error);
    }
  }

  /** A try that was started before this scheduler. Undefined: it never began. */
  async adopt(id: TryId): Promise<RunningTry | undefined> {
    const run = await AgentRun.adopt(join(this.#options.folder, folderName(id)), this.#options.killGrace);
    return run && this.#watch(id, run);
  }

  /** Takes away what is left of a try whose result has been used. */
  async forget(id: TryId): Promise<void> {
    await rm(join(this.#options.folder, folderName(id)), { recursive: true, force: true });
  }

  /** Takes away the folders of tries whose runs nobody knows any more; an agent of one is stopped, for nobody would hear its result. */
  async sweep(known: ReadonlySet<string>): Promise<void> {
    const kept = new Set([...known].map(fileNameOf));
    const names = (await readdir(this.#options.folder, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map(({ name }) => name);
    for (const name of names.filter((one) => !kept.has(one.split('.', 1)[0] ?? ''))) {
      const place = join(this.#options.folder, name);
      const run = await AgentRun.adopt(place, this.#options.killGrace);
      if (run) {
        await run.stop('shutdown');
        await run.end();
      }
      await rm(place, { recursive: true, force: true });
    }
  }

  #environment(own: Readonly<Record<string, string | undefined>> = {}): Record<string, string> {
    const merged = { ...this.#options.environment, ...own };
    const given = Object.entries(merged).filter((entry): entry is [string, string] => entry[1] !== undefined && !NOT_FOR_AGENTS.includes(entry[0]));
    return Object.fromEntries(given);
  }

  #watch(id: TryId, run: AgentRun): RunningTry {
    const name = folderName(id);
    const running: RunningTry = {
      id,
      pid: run.pid,
      ended: run.end().then((end) => {
        this.#running.delete(name);
        return outcomeOf(end);
      }),
      stop: (reason) => run.stop(reason),
    };
    this.#running.set(name, running);
    return running;
  }
}

function failed(id: TryId, error: unknown): RunningTry {
  const now = Date.now();
  const message = FreezerError.is(error) ? error.message : `the agent cannot be started: ${messageOf(error)}`;
  return {
    id,
    pid: undefined,
    ended: Promise.resolve({ result: 'fail', exitCode: null, message, document: undefined, log: '', startedAt: now, endedAt: now }),
    stop: async () => undefined,
  };
}
