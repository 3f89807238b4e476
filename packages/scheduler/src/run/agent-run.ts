import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { FreezerError, messageOf } from '@freezer/core';
import { readJson, writeJson, writeWhole } from '../state/json-file.ts';
import type { AgentProgram } from './agent-program.ts';
import { isAlive, type ProcessMark, signalProcess } from './process-mark.ts';
import {
  type OutcomeRecord,
  outcomeRecord,
  runFiles,
  START_MS,
  type StartedRecord,
  type StopReason,
  type SuperviseRequest,
  startedRecord,
} from './run-folder.ts';

/** How often the end of a run is looked for whose supervisor is no child of ours. */
const LOOK_MS = 250;

/** What a try of an action is started with. */
export interface AgentStart {
  /** Of this try; made here. */
  readonly folder: string;
  readonly agent: AgentProgram;
  /** Program and arguments that become the supervisor; the folder is added. */
  readonly supervisor: readonly string[];
  /** Content of the agent's job file. */
  readonly actionFile: string;
  /** All that the agent sees. */
  readonly environment: Readonly<Record<string, string>>;
  readonly limits: Omit<SuperviseRequest, 'command' | 'document'>;
}

/** How a try ended. `lost`: nobody can tell, the machine or the supervisor went down with it. */
export type AgentEnd = { readonly outcome: OutcomeRecord; readonly document: unknown; readonly log: string } | 'lost';

/** An agent at work, started by this scheduler or by one before it. */
export class AgentRun {
  readonly folder: string;
  readonly #files: ReturnType<typeof runFiles>;
  readonly #killGraceMs: number;
  #started: StartedRecord | undefined;
  #child: ChildProcess | undefined;
  #ended: Promise<AgentEnd> | undefined;

  private constructor(folder: string, killGraceSeconds: number) {
    this.folder = folder;
    this.#files = runFiles(folder);
    this.#killGraceMs = killGraceSeconds * 1000;
  }

  /** Resolves when the agent runs. Fails with `unavailable` when it cannot be started. */
  static async start({ folder, agent, supervisor, actionFile, environment, limits }: AgentStart): Promise<AgentRun> {
    const run = new AgentRun(folder, limits.kill_grace);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const documentOption = agent.document === 'descriptor' ? ['--metadata-fd', '3'] : ['--metadata-out', '-'];
    const files = run.#files;
    await writeWhole(files.action, actionFile);
    await writeJson(files.request, { ...limits, document: agent.document, command: [agent.path, ...documentOption, '--config', files.action] });
    await run.#spawn(supervisor, environment);
    return run;
  }

  /** A run that an earlier scheduler left; undefined when nothing was started in that folder. */
  static async adopt(folder: string, killGraceSeconds: number): Promise<AgentRun | undefined> {
    const run = new AgentRun(folder, killGraceSeconds);
    // Between the start of the supervisor and that of the agent there is a moment in which only the former is there.
    const until = performance.now() + START_MS;
    while (!(await run.#readStarted()) && performance.now() < until) await sleep(LOOK_MS);
    const over = await readJson(run.#files.outcome);
    return run.#started || over !== undefined ? run : undefined;
  }

  /** Of the agent. */
  get pid(): number | undefined {
    return this.#started?.agent.pid;
  }

  /** Epoch milliseconds; undefined when it never ran. */
  get startedAt(): number | undefined {
    return this.#started?.at;
  }

  /** Resolves when the agent has ended and its result is read. Never rejects. */
  end(): Promise<AgentEnd> {
    this.#ended ??= this.#toEnd();
    return this.#ended;
  }

  /** Ends the agent and its children: SIGTERM, and SIGKILL after the grace. Resolves when it is said; `end` tells when it is done. */
  async stop(reason: StopReason): Promise<void> {
    await writeFile(this.#files.stop, reason, { mode: 0o600 });
    if (!this.#started) return;
    const { supervisor, agent } = this.#started;
    if (isAlive(supervisor)) {
      signalProcess(supervisor.pid, 'SIGTERM');
    } else await this.#stopOrphan(agent);
  }

  /** Forgets the run: its files go. */
  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  async #spawn(supervisor: readonly string[], environment: Readonly<Record<string, string>>): Promise<void> {
    const [program = '', ...args] = supervisor;
    const child = spawn(program, [...args, this.folder], { detached: true, stdio: ['ignore', 'pipe', 'ignore'], env: { ...environment } });
    this.#child = child;
    const failure = await new Promise<string | undefined>((resolve) => {
      child.on('error', (error) => resolve(messageOf(error)));
      child.on('exit', () => resolve(undefined));
      child.stdout.on('data', () => resolve(undefined));
    });
    child.stdout.destroy();
    const began = (await this.#readStarted()) || (await readJson(this.#files.outcome)) !== undefined;
    if (!began) throw new FreezerError('unavailable', `the agent cannot be started: ${failure ?? 'its supervisor ended at once'}`);
  }

  async #readStarted(): Promise<boolean> {
    const read = startedRecord.safeParse(await readJson(this.#files.started));
    if (read.success) this.#started = read.data;
    return read.success;
  }

  async #toEnd(): Promise<AgentEnd> {
    await this.#supervisorEnds();
    const outcome = outcomeRecord.safeParse(await readJson(this.#files.outcome));
    if (!outcome.success) {
      // The supervisor was killed: its agent must not go on unseen next to the one that may follow.
      if (this.#started) await this.#waitOrEnd(this.#started.agent);
      return 'lost';
    }
    const log = await readFile(this.#files.log, 'utf8').catch(() => '');
    return { outcome: outcome.data, document: await readJson(this.#files.document), log };
  }

  async #supervisorEnds(): Promise<void> {
    const child = this.#child;
    if (child) {
      if (child.exitCode === null && child.signalCode === null) await new Promise((resolve) => child.once('exit', resolve));
      return;
    }
    while (this.#started && isAlive(this.#started.supervisor)) await sleep(LOOK_MS);
  }

  /** An agent without supervisor is let do its work; what it answers, nobody hears. */
  async #waitOrEnd(agent: ProcessMark): Promise<void> {
    while (isAlive(agent)) await sleep(LOOK_MS);
  }

  async #stopOrphan(agent: ProcessMark): Promise<void> {
    if (!isAlive(agent)) return;
    signalProcess(agent.pid, 'SIGTERM', true);
    const until = Date.now() + this.#killGraceMs;
    while (isAlive(agent) && Date.now() < until) await sleep(LOOK_MS);
    signalProcess(agent.pid, 'SIGKILL', true);
  }
}
