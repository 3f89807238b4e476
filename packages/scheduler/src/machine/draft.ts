import type { JobReading } from '../documents/job-reading.ts';
import { dueTime } from '../triggers/next-run.ts';
import type { Instant, Plan } from '../triggers/trigger.ts';
import type { Command, JobMemory, JobState, MachineRules, Repair, StateKeys, Step } from './state.ts';

/** Seconds, as documents have them. */
export const seconds = (at: Instant): number => Math.floor(at / 1000);

/** One step of a job while it is made: what changes in the memory is saved, what the API is to know becomes one write. */
export class Draft {
  readonly now: Instant;
  readonly rules: MachineRules;
  memory: JobMemory;
  reading: JobReading;
  due: Instant | null;
  queuedAt: Instant | null;
  acknowledgedAt: Instant | null;
  repair: Repair | null;
  #isChanged: boolean;
  #isGone = false;
  #schedule: Record<string, unknown> = {};
  #sessionTag: number | undefined;
  #acknowledged: string | undefined;
  readonly #others: Command[] = [];

  constructor(state: JobState, now: Instant, rules: MachineRules, options: { readonly isNew?: boolean } = {}) {
    this.now = now;
    this.rules = rules;
    this.memory = state.memory;
    this.reading = state.reading;
    this.due = state.due;
    this.queuedAt = state.queuedAt;
    this.acknowledgedAt = state.acknowledgedAt;
    this.repair = state.repair;
    this.#isChanged = options.isNew ?? false;
  }

  get jobId(): string {
    return this.memory.jobId;
  }

  /** What the schedule says; undefined: the document is wrong. */
  get plan(): Plan | undefined {
    return this.reading.content.kind === 'job' ? this.reading.content.plan : undefined;
  }

  /** From where intervals without a start date are counted. Members of a session begin together, so theirs are counted from the same moment. */
  get anchor(): Instant {
    return this.reading.sessionId === undefined ? this.memory.anchor : 0;
  }

  set(patch: Partial<JobMemory>): void {
    const known: Readonly<Record<string, unknown>> = { ...this.memory };
    if (Object.entries(patch).every(([key, value]) => known[key] === value)) return;
    this.memory = { ...this.memory, ...patch };
    this.#isChanged = true;
  }

  /** The API is told; the memory has it, too. */
  write(keys: StateKeys): void {
    Object.assign(this.#schedule, keys);
    this.set({
      ...(keys.status !== undefined && { status: keys.status }),
      ...(keys.result !== undefined && { result: keys.result }),
      ...(keys.message !== undefined && { message: keys.message }),
      ...(keys.time_started !== undefined && { timeStarted: keys.time_started }),
      ...(keys.time_ended !== undefined && { timeEnded: keys.time_ended }),
    });
  }

  writeTag(tag: number): void {
    if (tag !== this.memory.sessionTag) this.#sessionTag = tag;
    this.set({ sessionTag: tag });
  }

  /** The event of the document was obeyed. The write says so. */
  acknowledge(event: string): void {
    this.#acknowledged = event;
    this.write({ event: '' });
    this.set({ acknowledged: event, acknowledgedVersion: versionOf(this.reading) });
  }

  /** The next time of the schedule; null: none. */
  setNext(next: Instant | null, due?: Instant): void {
    const plan = this.plan;
    const time = next === null || !plan ? undefined : (due ?? dueTime(plan, next, { jobId: this.jobId, salt: this.rules.salt }));
    this.due = time ?? null;
    this.set({ next: time === undefined ? null : next });
  }

  command(command: Command): void {
    this.#others.push(command);
  }

  tell(level: 'info' | 'warn' | 'error', message: string): void {
    this.#others.push({ kind: 'tell', level, jobId: this.jobId, message });
  }

  /** The job is known no more; the API is told nothing. */
  forget(): void {
    this.#isGone = true;
  }

  step(): Step {
    const { jobId } = this;
    if (this.#isGone) return { state: undefined, commands: [...this.#others, { kind: 'forget', jobId }] };
    const commands: Command[] = this.#isChanged ? [{ kind: 'save', jobId, memory: this.memory }] : [];
    if (Object.keys(this.#schedule).length > 0 || this.#sessionTag !== undefined) commands.push(this.#writeCommand());
    const { memory, reading, due, queuedAt, acknowledgedAt, repair } = this;
    return { state: { memory, reading, due, queuedAt, acknowledgedAt, repair }, commands: [...commands, ...this.#others] };
  }

  #writeCommand(): Command {
    return {
      kind: 'write',
      jobId: this.jobId,
      schedule: this.#schedule,
      ...(this.#sessionTag !== undefined && { sessionTag: this.#sessionTag }),
      ...(this.#acknowledged !== undefined && { acknowledged: this.#acknowledged }),
    };
  }
}

/** Of a document; null where none is counted. */
export const versionOf = ({ document }: JobReading): number | null => (typeof document['_version'] === 'number' ? document['_version'] : null);
