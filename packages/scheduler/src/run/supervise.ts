import { type ChildProcess, spawn } from 'node:child_process';
import { writeSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { messageOf } from '@freezer/core';
import { readJson, writeJson, writeWhole } from '../state/json-file.ts';
import { ByteHead, ByteTail } from './byte-tail.ts';
import { markOf, signalProcess } from './process-mark.ts';
import { LOG_TAIL_BYTES, type OutcomeRecord, runFiles, type StopReason, type SuperviseRequest, superviseRequest } from './run-folder.ts';

/** How long output that children of the agent keep open is waited for. */
const LAST_OUTPUT_MS = 1000;
/** How often a request to stop is looked for: by a scheduler that did not start us, or whose signal went astray. */
const LOOK_MS = 1000;

/**
 * Runs one agent from its start to its end, in a process of its own, so that neither its result nor the end of its time depends on a
 * scheduler that may be killed or updated meanwhile. Everything is said by the files of the run's folder; the agent's pid also by a line on
 * standard output. Environment and working folder are handed on.
 */
export async function supervise(folder: string): Promise<void> {
  const files = runFiles(folder);
  const request = superviseRequest.parse(await readJson(files.request));
  const run = new SupervisedRun(folder, request);
  process.on('SIGTERM', () => void run.stopAsAsked());
  // The end of a terminal or of the scheduler is no reason to end a backup.
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGPIPE'] as const) process.on(signal, () => undefined);
  const outcome = await run.toEnd();
  await rm(files.action, { force: true });
  await writeJson(files.outcome, outcome);
}

class SupervisedRun {
  readonly #files: ReturnType<typeof runFiles>;
  readonly #request: SuperviseRequest;
  readonly #log = new ByteTail(LOG_TAIL_BYTES);
  readonly #document: ByteHead;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #startedAt = Date.now();
  #agent: ChildProcess | undefined;
  #stopped: StopReason | '' = '';

  constructor(folder: string, request: SuperviseRequest) {
    this.#files = runFiles(folder);
    this.#request = request;
    this.#document = new ByteHead(request.largest_document);
  }

  async toEnd(): Promise<OutcomeRecord> {
    const [program = '', ...args] = this.#request.command;
    const agent = spawn(program, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe', this.#request.document === 'descriptor' ? 'pipe' : 'ignore'] });
    this.#agent = agent;
    this.#read(agent);
    const ended = exitOf(agent);
    await this.#announce(agent.pid);
    this.#watch();
    const exit = await ended;
    for (const timer of this.#timers) clearTimeout(timer);
    // Nothing of an agent that was stopped goes on.
    if (this.#stopped !== '' && agent.pid !== undefined) signalProcess(agent.pid, 'SIGKILL', true);
    await this.#keepOutput();
    return { ...exit, stopped: this.#stopped, started_at: this.#startedAt, ended_at: Date.now() };
  }

  /** SIGTERM to the agent and its children, SIGKILL when that was not enough. */
  stop(reason: StopReason): void {
    const pid = this.#agent?.pid;
    if (this.#stopped !== '' || pid === undefined) return;
    this.#stopped = reason;
    signalProcess(pid, 'SIGTERM', true);
    this.#timers.push(setTimeout(() => signalProcess(pid, 'SIGKILL', true), this.#request.kill_grace * 1000));
  }

  #read(agent: ChildProcess): void {
    const document = this.#request.document === 'descriptor' ? agent.stdio[3] : agent.stdout;
    for (const stream of new Set([agent.stdout, agent.stderr, document])) {
      if (stream === null || stream === undefined || !('read' in stream)) continue;
      stream.on('error', () => undefined);
      stream.on('data', (chunk: Uint8Array) => (stream === document ? this.#document : this.#log).add(chunk));
    }
  }

  async #announce(pid: number | undefined): Promise<void> {
    if (pid === undefined) return;
    await writeJson(this.#files.started, { agent: markOf(pid), supervisor: markOf(process.pid), at: this.#startedAt });
    try {
      writeSync(1, `${pid}\n`);
    } catch {
      // The scheduler has gone; the file tells the next one.
      return;
    }
  }

  #watch(): void {
    const { time_limit: limit } = this.#request;
    // Longer than a timer of Node can be, which is 24 days, is no limit.
    if (limit > 0 && limit < 2_000_000) this.#timers.push(setTimeout(() => this.stop('timeout'), limit * 1000));
    this.#timers.push(setInterval(() => void this.#lookForStop(), LOOK_MS));
  }

  /** Ends the agent, for the reason that stands in the folder. */
  async stopAsAsked(): Promise<void> {
    this.stop((await this.#reason()) ?? 'abort');
  }

  async #lookForStop(): Promise<void> {
    const reason = await this.#reason();
    if (reason !== undefined) this.stop(reason);
  }

  async #reason(): Promise<StopReason | undefined> {
    const text = await readFile(this.#files.stop, 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    return text === 'shutdown' || text === 'timeout' ? text : 'abort';
  }

  async #keepOutput(): Promise<void> {
    await writeWhole(this.#files.log, this.#log.text());
    const document = this.#document.text();
    if (document !== undefined && document.trim() !== '') await writeWhole(this.#files.document, document);
  }
}

type Exit = Pick<OutcomeRecord, 'exit_code' | 'signal' | 'failure'>;

/** Resolves when the agent has ended and its output was read, which children of it may keep open: not for long. */
function exitOf(agent: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    let exit: Exit | undefined;
    agent.on('error', (error) => {
      if (agent.pid === undefined) resolve({ exit_code: null, signal: null, failure: messageOf(error) });
    });
    agent.on('exit', (code, signal) => {
      exit = { exit_code: code, signal };
      const known = exit;
      setTimeout(() => resolve(known), LAST_OUTPUT_MS).unref();
    });
    agent.on('close', () => {
      if (exit) resolve(exit);
    });
  });
}
