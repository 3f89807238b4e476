import type { JobReading } from '../documents/job-reading.ts';
import type { Instant } from '../triggers/trigger.ts';
import { admissible, type RunLimits } from './admission.ts';
import { isRepairDue, LARGEST_STEP_BACK } from './document.ts';
import { DueQueue } from './due-queue.ts';
import { goneReading } from './gone-reading.ts';
import type { Command, JobEvent, JobMemory, JobPhase, JobState, MachineRules } from './state.ts';
import { step } from './step.ts';

export interface JobTableOptions {
  readonly rules: MachineRules;
  readonly limits: RunLimits;
  /** What an earlier process kept. */
  readonly memories?: readonly JobMemory[];
}

/** A list of documents that somebody has read. */
export interface DocumentList {
  readonly readings: readonly JobReading[];
  /** When the request began whose answer this is. */
  readonly askedAt: Instant;
  /** Whether what is not in it does not exist. Lists that failed half-way, and what the state folder remembers, are not whole. */
  readonly isWhole: boolean;
  /** No write about the job waited when the request began, and none waits now. Of files: never. */
  isSettled(jobId: string): boolean;
}

/** Milliseconds in which the first list is waited for, before jobs that are only remembered begin: meanwhile they may have been stopped or deleted. */
const FIRST_LIST = 10_000;
/** Fewer jobs may well be deleted by one person at once. */
const MANY_JOBS = 10;

/**
 * All jobs of a scheduler: a map of states, the queue of those that are due, and who may begin. It looks at no clock and does nothing by
 * itself; every call says what time it is and answers with what is to be done, in this order.
 */
export class JobTable {
  readonly #rules: MachineRules;
  #limits: RunLimits;
  readonly #jobs = new Map<string, JobState>();
  readonly #memories: Map<string, JobMemory>;
  readonly #due = new DueQueue();
  readonly #queued = new Set<string>();
  readonly #running = new Set<string>();
  readonly #told = new Set<string>();
  #isClosing = false;
  #wasEmptyOnce = false;
  /** Until then nothing begins. */
  #heldUntil: Instant | undefined;
  #latest: Instant = 0;

  constructor({ rules, limits, memories = [] }: JobTableOptions) {
    this.#rules = rules;
    this.#limits = limits;
    this.#memories = new Map(memories.map((memory) => [memory.jobId, memory]));
  }

  get jobs(): ReadonlyMap<string, JobState> {
    return this.#jobs;
  }

  /** Runs that were given to the host and have not ended. */
  get running(): readonly JobState[] {
    return this.#statesOf(this.#running);
  }

  get queued(): readonly JobState[] {
    return this.#statesOf(this.#queued);
  }

  set limits(limits: RunLimits) {
    this.#limits = limits;
  }

  /** When `tick` is to be called at the latest; undefined: nothing is planned. */
  nextWake(): Instant | undefined {
    const next = this.#isClosing ? undefined : this.#due.peek();
    return next === undefined || this.#heldUntil === undefined ? next : Math.max(next, this.#heldUntil);
  }

  /**
   * Whether the next list is to be whole, also when it did not change: it is believed only when it comes again, or a job is to be told of again. Of a job
   * of which a write waits nothing is told again.
   */
  wantsList(now: Instant, isSettled: (jobId: string) => boolean): boolean {
    if (this.#wasEmptyOnce) return true;
    for (const [jobId, state] of this.#jobs) if (isRepairDue(state, now) && isSettled(jobId)) return true;
    return false;
  }

  /** Jobs by their phase. */
  counts(): Readonly<Record<JobPhase, number>> {
    const counts = { stopped: 0, scheduled: 0, queued: 0, running: 0, aborting: 0 };
    for (const { memory } of this.#jobs.values()) counts[memory.phase] += 1;
    return counts;
  }

  /** Documents have come. Of two with one id the first counts. */
  documents(list: DocumentList, now: Instant): readonly Command[] {
    const commands: Command[] = [];
    const seen = new Set<string>();
    const remembered = this.#memories.size;
    for (const reading of list.readings) {
      const { jobId } = reading;
      if (seen.has(jobId)) {
        commands.push({ kind: 'tell', level: 'error', jobId, message: `job_id: ${jobId} occurs twice; the first document counts` });
        continue;
      }
      seen.add(jobId);
      const memory = this.#memories.get(jobId);
      this.#memories.delete(jobId);
      const event: JobEvent = { kind: 'document', reading, askedAt: list.askedAt, settled: list.isSettled(jobId) };
      commands.push(...this.#step(jobId, event, now, memory));
    }
    if (list.isWhole) {
      this.#heldUntil = undefined;
      commands.push(...this.#vanish(seen, now));
    } else if (this.#memories.size < remembered) this.#heldUntil = now + FIRST_LIST;
    return [...commands, ...this.tick(now)];
  }

  /** Something happened to one job. */
  event(jobId: string, event: JobEvent, now: Instant): readonly Command[] {
    return [...this.#step(jobId, event, now), ...this.tick(now)];
  }

  /** Time has passed: whatever is due begins or waits for a place. */
  tick(now: Instant): readonly Command[] {
    if (this.#isClosing || this.#isHeld(now)) return [];
    const commands: Command[] = [];
    if (now < this.#latest - LARGEST_STEP_BACK) for (const jobId of [...this.#jobs.keys()]) commands.push(...this.#step(jobId, { kind: 'clock-back' }, now));
    this.#latest = now;
    // A job is due once in one call at the most, unless it was moved.
    for (let jobId = this.#due.take(now); jobId !== undefined; jobId = this.#due.take(now)) commands.push(...this.#step(jobId, { kind: 'due' }, now));
    return [...commands, ...this.#admit(now)];
  }

  /** No run begins any more; those at work may end. */
  close(): void {
    this.#isClosing = true;
  }

  #isHeld(now: Instant): boolean {
    const isHeld = this.#heldUntil !== undefined && now < this.#heldUntil && now >= this.#heldUntil - FIRST_LIST;
    if (!isHeld) this.#heldUntil = undefined;
    return isHeld;
  }

  #admit(now: Instant): Command[] {
    if (this.#queued.size === 0) return [];
    const commands: Command[] = [];
    for (const { memory } of admissible(this.queued, this.running, this.#limits)) commands.push(...this.#step(memory.jobId, { kind: 'admitted' }, now));
    for (const jobId of this.#queued) {
      if (this.#told.has(jobId)) continue;
      this.#told.add(jobId);
      commands.push(...this.#step(jobId, { kind: 'waiting' }, now));
    }
    return commands;
  }

  /** A sudden end of many jobs is believed when it is seen twice. */
  #vanish(seen: ReadonlySet<string>, now: Instant): Command[] {
    const known = this.#jobs.size + this.#memories.size;
    const isSudden = seen.size === 0 && known > MANY_JOBS && !this.#wasEmptyOnce;
    this.#wasEmptyOnce = isSudden;
    if (isSudden)
      return [{ kind: 'tell', level: 'warn', jobId: '', message: `the list of jobs is empty where ${known} were known; it is believed when it is so again` }];
    const commands: Command[] = [];
    for (const jobId of [...this.#jobs.keys()]) if (!seen.has(jobId)) commands.push(...this.#step(jobId, { kind: 'vanished' }, now));
    for (const [jobId, memory] of this.#memories) commands.push(...this.#vanishUnseen(jobId, memory, now));
    this.#memories.clear();
    return commands;
  }

  /** It was deleted while no scheduler ran. A run of it is found again, and ended. */
  #vanishUnseen(jobId: string, memory: JobMemory, now: Instant): Command[] {
    if (!memory.run) return [{ kind: 'forget', jobId }];
    const found: JobEvent = { kind: 'document', reading: goneReading(memory), askedAt: now, settled: false };
    return [...this.#step(jobId, found, now, memory), ...this.#step(jobId, { kind: 'vanished' }, now)];
  }

  #step(jobId: string, event: JobEvent, now: Instant, memory?: JobMemory): readonly Command[] {
    const { state, commands } = step(this.#jobs.get(jobId), event, { now, rules: this.#rules, ...(memory && { memory }) });
    if (state) this.#jobs.set(jobId, state);
    else this.#jobs.delete(jobId);
    const phase = state?.memory.phase;
    this.#due.set(jobId, state?.due ?? null);
    mark(this.#queued, jobId, phase === 'queued');
    mark(this.#running, jobId, phase === 'running' || phase === 'aborting');
    if (phase !== 'queued') this.#told.delete(jobId);
    return commands;
  }

  #statesOf(ids: ReadonlySet<string>): readonly JobState[] {
    return [...ids].map((jobId) => this.#jobs.get(jobId)).filter((state) => state !== undefined);
  }
}

function mark(set: Set<string>, jobId: string, isIn: boolean): void {
  if (isIn) set.add(jobId);
  else set.delete(jobId);
}
