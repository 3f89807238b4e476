import type { Logger } from '@freezer/core';
import type { ActionReading, JobReading } from '../documents/job-reading.ts';
import { RUN_RULES, type RunProgress, type RunStep } from '../machine/run-plan.ts';
import type { RunEnd } from '../machine/state.ts';
import type { ActionOutcome } from '../run/action-outcome.ts';
import { type ActionPolicy, refusalOf } from '../run/action-policy.ts';
import type { ActionRunner, RunningTry, TryId } from '../run/action-runner.ts';
import type { StopReason } from '../run/run-folder.ts';
import type { RunHooks } from './hooks.ts';
import { monotonicSleep } from './monotonic-sleep.ts';
import { type RunFile, writeRunFile } from './run-file.ts';
import type { SessionDesk } from './session-desk.ts';

export type CloseReason = 'abort' | 'overlap' | 'remove' | 'shutdown';

/** What a run needs. */
export interface RunDeps {
  readonly runner: ActionRunner;
  readonly runsFolder: string;
  readonly policy: () => ActionPolicy;
  readonly hooks: RunHooks;
  /** Undefined without an API. */
  readonly sessions: SessionDesk | undefined;
  /** Takes a backup that was made; resolves when it is safe. */
  readonly keepBackup: (run: RunFile, reading: JobReading, id: string, document: Readonly<Record<string, unknown>>) => Promise<void>;
  /** Takes the whole run, for its history. */
  readonly keepRun: (run: RunFile, reading: JobReading, end: RunEnd) => Promise<void>;
  readonly agentEnvironment: (reading: JobReading) => {
    readonly environment: Readonly<Record<string, string | undefined>>;
    readonly added: Readonly<Record<string, unknown>>;
  };
  /** Seconds; 0: none. */
  readonly actionTimeout: () => number;
  readonly logger: Logger;
}

/** Told while the run goes on. */
export type RunTold = (told: { readonly pid?: number; readonly sessionTag?: number }) => void;

const LOG_TAIL = 65_536;

/** Keys of an action that are for the scheduler, not for the agent. */
const OWN_KEYS = ['pre_hook', 'post_hook', 'on_failure_hook'];

/** One run of a job, from its first action to its last, as far as this process sees it. */
export class RunDriver {
  readonly #deps: RunDeps;
  readonly #reading: JobReading;
  readonly #actions: readonly ActionReading[];
  readonly #told: RunTold;
  /** Ends a wait. */
  readonly #wake = new AbortController();
  #run: RunFile;
  #progress: RunProgress;
  #current: RunningTry | undefined;
  /** The agent at work is to end: why. */
  #stopping: StopReason | undefined;
  /** An action has ended while nobody watched it: why that is known. */
  #lost: string | undefined;
  #byShutdown = false;

  constructor(deps: RunDeps, run: RunFile, reading: JobReading, told: RunTold) {
    this.#deps = deps;
    this.#run = run;
    this.#reading = reading;
    this.#actions = reading.content.kind === 'job' ? reading.content.actions : [];
    this.#progress = run.progress ?? RUN_RULES.begin();
    this.#told = told;
  }

  /** Ends the run: at once, or when the action at work has ended. */
  close(reason: CloseReason, mode: 'now' | 'after-action'): void {
    this.#byShutdown ||= reason === 'shutdown';
    this.#progress = RUN_RULES.close(this.#progress, reason === 'overlap' ? 'abort' : reason);
    if (mode === 'now' && this.#progress.phase === 'at-work') {
      this.#stopping = reason === 'shutdown' ? 'shutdown' : 'abort';
      void this.#current?.stop(this.#stopping);
    }
    this.#wake.abort();
  }

  /** Never rejects for what an agent or the API did; rejects when the state folder cannot be written. */
  async toEnd(): Promise<RunEnd> {
    const refused = this.#run.progress === null ? this.#refusal() : undefined;
    const end = refused === undefined ? await this.#work() : this.#end({ result: 'fail', message: refused, actions: [] });
    await this.#close(end);
    return end;
  }

  async #work(): Promise<RunEnd> {
    if (this.#run.progress === null) {
      await this.#save();
      await this.#joinSession();
      if (this.#run.session === 'skip') return this.#end({ result: 'fail', message: 'skipped', actions: [] });
      const failed = await this.#deps.hooks.before(this.#reading);
      if (failed !== undefined) return this.#end({ result: 'fail', message: `pre_hook: ${failed}`, actions: [] });
    }
    if (this.#progress.phase === 'at-work') await this.#adopt();
    for (;;) {
      if (this.#lost !== undefined) return this.#end({ result: 'lost', message: this.#lost, actions: this.#progress.actions });
      const step = RUN_RULES.next(this.#progress, this.#actions);
      if (step.kind === 'end') return this.#afterwards(step);
      if (step.kind === 'try') await this.#try(step);
      else if (step.kind === 'wait') {
        await this.#save();
        await monotonicSleep(step.milliseconds, this.#wake.signal);
        this.#progress = RUN_RULES.waited(this.#progress);
      } else throw new TypeError('an action of the run is at work that nobody follows');
    }
  }

  async #afterwards(step: RunStep & { readonly kind: 'end' }): Promise<RunEnd> {
    const failed = await this.#deps.hooks.after(this.#reading, step.result);
    const message = [step.message, ...(failed === undefined ? [] : [`post_hook: ${failed}`])].filter((text) => text !== '').join('; ');
    return this.#end({ ...step, message });
  }

  /** The action of another process: it is at work, or has ended, or never began. */
  async #adopt(): Promise<void> {
    const id = this.#tryId();
    const running = await this.#deps.runner.adopt(id);
    if (running) {
      this.#deps.logger.info({ job_id: this.#reading.jobId, run_id: this.#run.run_id, pid: running.pid }, 'a run of an earlier scheduler is taken over');
      await this.#tried(await this.#follow(running), id);
    } else this.#progress = { ...this.#progress, phase: 'next' };
  }

  #tryId(): TryId {
    const { index, attempt } = this.#progress;
    return { jobId: this.#reading.jobId, runId: this.#run.run_id, index, attempt };
  }

  async #try(step: RunStep & { readonly kind: 'try' }): Promise<void> {
    this.#progress = RUN_RULES.began(this.#progress, step);
    await this.#save();
    const action = this.#actions[step.index];
    if (!action) throw new TypeError(`action ${step.index} of job ${this.#reading.jobId} is missing`);
    const id = this.#tryId();
    const failed = await this.#deps.hooks.beforeAction(this.#reading, action);
    if (failed !== undefined) return this.#tried(failedOutcome(`pre_hook: ${failed}`), id);
    const { environment, added } = this.#deps.agentEnvironment(this.#reading);
    const values = Object.fromEntries(Object.entries(action.values).filter(([name]) => !OWN_KEYS.includes(name)));
    const timeLimit = action.timeout ?? this.#deps.actionTimeout();
    const outcome = await this.#follow(await this.#deps.runner.start({ id, action: values, timeLimit, environment, added }));
    await this.#deps.hooks.afterAction(this.#reading, action, outcome.result === 'success' || outcome.result === 'partial');
    return this.#tried(outcome, id);
  }

  async #follow(running: RunningTry): Promise<ActionOutcome> {
    this.#current = running;
    // It was said while the agent was being started.
    if (this.#stopping !== undefined) await running.stop(this.#stopping);
    if (running.pid !== undefined) this.#told({ pid: running.pid });
    const outcome = await running.ended;
    this.#current = undefined;
    this.#stopping = undefined;
    return outcome;
  }

  async #tried(outcome: ActionOutcome, id: TryId): Promise<void> {
    const { index, attempt } = id;
    const { logger, keepBackup, runner } = this.#deps;
    const facts = { job_id: this.#reading.jobId, run_id: this.#run.run_id, action: index, attempt, exit_code: outcome.exitCode, result: outcome.result };
    if (outcome.result === 'success') logger.info(facts, 'an action has ended');
    else logger.warn({ ...facts, reason: outcome.message }, 'an action has ended');
    const made = backupOf(outcome, this.#actions[index]);
    const backupId = `${this.#run.run_id}-${index}-${attempt}`;
    if (made) await keepBackup(this.#run, this.#reading, backupId, made);
    const backups = made ? [...this.#run.backups, backupId] : this.#run.backups;
    this.#run = { ...this.#run, log: `${this.#run.log}${outcome.log}`.slice(-LOG_TAIL), backups };
    if (outcome.result === 'lost') this.#lost = outcome.message;
    this.#progress = RUN_RULES.ended(this.#progress, this.#actions, outcome);
    await this.#save();
    await runner.forget(id);
  }

  async #joinSession(): Promise<void> {
    const { sessionId } = this.#reading;
    const { sessions } = this.#deps;
    if (sessionId === undefined || !sessions) return;
    const { session_tag: tag, planned_at: plannedAt, round_at: roundAt = plannedAt } = this.#run;
    const joined = await sessions.join(this.#reading, { tag, roundAt, signal: this.#wake.signal });
    this.#run = { ...this.#run, session: joined.state, session_tag: joined.tag, ...(joined.reason !== '' && { session_reason: joined.reason }) };
    // A run that goes alone keeps the tag, too: with it the next round is found.
    this.#told({ sessionTag: joined.tag });
    await this.#save();
  }

  async #close(end: RunEnd): Promise<void> {
    if (this.#run.session === 'joined') {
      await this.#deps.sessions?.leave(this.#reading, this.#run.session_tag, end.result === 'lost' ? 'fail' : end.result);
      this.#run = { ...this.#run, session: 'ended' };
    }
    await this.#save();
    await this.#deps.keepRun(this.#run, this.#reading, end);
  }

  #end({ result, message, actions }: Required<Pick<RunEnd, 'result' | 'message' | 'actions'>>): RunEnd {
    const outside = this.#run.session_reason === undefined ? '' : `not part of its session: ${this.#run.session_reason}`;
    const told = [message, outside].filter((text) => text !== '').join('; ');
    return { runId: this.#run.run_id, result, message: told, actions, ...(this.#byShutdown && result === 'aborted' && { byShutdown: true }) };
  }

  /** A job with one action that may not run here runs none. */
  #refusal(): string | undefined {
    if (this.#reading.content.kind === 'problem') return this.#reading.content.message;
    const policy = this.#deps.policy();
    if (policy.needsTrust && this.#reading.trustId === undefined)
      return 'the job carries no trust (user_credentials.trust_id), without which a central scheduler cannot act for its owner';
    return this.#actions.map((action, index) => ({ index, text: refusalOf(action.values, policy) })).find(({ text }) => text !== undefined)?.text;
  }

  async #save(): Promise<void> {
    this.#run = { ...this.#run, progress: this.#progress };
    await writeRunFile(this.#deps.runsFolder, this.#run);
  }
}

function failedOutcome(message: string): ActionOutcome {
  const now = Date.now();
  return { result: 'fail', exitCode: null, message, document: undefined, log: '', startedAt: now, endedAt: now };
}

/** The document of a backup that was made. */
function backupOf({ result, document }: ActionOutcome, action: ActionReading | undefined): Readonly<Record<string, unknown>> | undefined {
  if (action?.action !== 'backup' || (result !== 'success' && result !== 'partial')) return undefined;
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return undefined;
  return document as Readonly<Record<string, unknown>>;
}
