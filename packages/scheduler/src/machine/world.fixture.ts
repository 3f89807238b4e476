import type { JobReading } from '../documents/job-reading.ts';
import { readJob } from '../documents/read-job.ts';
import type { RunLimits } from './admission.ts';
import { JobTable } from './job-table.ts';
import type { Command, JobMemory, MachineRules, RunEnd } from './state.ts';

export type Doc = Record<string, unknown> & { job_id: string; job_schedule: Record<string, unknown>; _version: number };

export interface Agent {
  readonly jobId: string;
  readonly runId: string;
  readonly startedAt: number;
  readonly plannedAt: number;
  readonly reading: JobReading;
  endsAt: number;
  result: RunEnd['result'];
  message: string;
}

type Write = Command & { readonly kind: 'write' };

export interface WorldOptions {
  readonly start: string;
  readonly zone?: string;
  readonly poll?: number;
  readonly places?: number;
  readonly limits?: RunLimits;
  readonly rules?: Partial<MachineRules>;
  /** Whether the API counts versions, and says when its list did not change; Python's does not. */
  readonly versions?: boolean;
  /** Milliseconds that the agent of a job takes. */
  readonly duration?: (jobId: string, count: number) => number;
  readonly result?: (jobId: string, count: number) => RunEnd['result'];
  /** Milliseconds from an abort to the end of the agent. */
  readonly grace?: number;
}

/** A clock, an API, agents, and a scheduler that may be killed: all that the machine meets, without a process. */
export class World {
  now: number;
  readonly api = new Map<string, Doc>();
  readonly agents = new Map<string, Agent>();
  /** All that ever ran, in order. */
  readonly runs: Agent[] = [];
  readonly ended: { readonly agent: Agent; readonly result: string; readonly at: number }[] = [];
  readonly records: (Command & { readonly kind: 'record' })[] = [];
  readonly told: string[] = [];
  readonly writes: Write[] = [];
  readonly violations: string[] = [];
  isApiUp = true;
  /** The API refuses for good what it is told. */
  refuses = false;
  /** How many commands are obeyed before the scheduler is killed. */
  killAfter = Number.POSITIVE_INFINITY;
  readonly memories = new Map<string, JobMemory>();
  readonly outbox: Write[] = [];
  table: JobTable | undefined;
  readonly #options: WorldOptions;
  /** Runs that this process of the scheduler watches. */
  readonly #watched = new Set<string>();
  /** How runs ended that nobody watched. */
  readonly #outcomes = new Map<string, RunEnd>();
  readonly #readings = new Map<string, { readonly text: string; readonly reading: JobReading }>();
  readonly #kept = new Map<string, Doc>();
  #nextPoll: number;
  /** The last list, as its etag has it. */
  #listed = '';
  #closesAgents: number | undefined;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.now = Date.parse(options.start);
    this.#nextPoll = this.now;
    this.boot();
  }

  get rules(): MachineRules {
    return { unscheduledDelay: 2000, onRestart: 'auto', onDelete: 'finish-action', salt: 'host', ...this.#options.rules };
  }

  get text(): string {
    return new Date(this.now).toISOString();
  }

  doc(jobId: string): Doc {
    const doc = this.api.get(jobId);
    if (!doc) throw new Error(`no job ${jobId}`);
    return doc;
  }

  schedule(jobId: string): Record<string, unknown> {
    return this.doc(jobId).job_schedule;
  }

  /** Times at which runs of a job began. */
  begun(jobId: string): string[] {
    return this.runs.filter((run) => run.jobId === jobId).map(({ startedAt }) => new Date(startedAt).toISOString().slice(11, 19));
  }

  create(jobId: string, schedule: Readonly<Record<string, unknown>> = {}, more: Readonly<Record<string, unknown>> = {}): void {
    const job_schedule = { time_created: Math.floor(this.now / 1000), time_started: -1, time_ended: -1, ...schedule };
    this.api.set(jobId, { job_id: jobId, client_id: 'c', job_actions: [{ freezer_action: { action: 'backup' } }], ...more, job_schedule, _version: 1 });
  }

  /** As the API does it. */
  post(jobId: string, event: string): void {
    const doc = this.doc(jobId);
    if (doc.job_schedule['event'] === event) return;
    doc.job_schedule = { ...doc.job_schedule, event, ...(event === 'start' && { status: '', result: '' }) };
    doc._version += 1;
  }

  edit(jobId: string, schedule: Readonly<Record<string, unknown>>, more: Readonly<Record<string, unknown>> = {}): void {
    const doc = this.doc(jobId);
    Object.assign(doc, more);
    doc.job_schedule = { ...doc.job_schedule, ...schedule };
    doc._version += 1;
  }

  /** A scheduler starts, with what the one before kept. */
  boot(): void {
    const { limits, places = 4 } = this.#options;
    this.table = new JobTable({ rules: this.rules, limits: limits ?? { concurrentJobs: places }, memories: [...this.memories.values()] });
    this.#watched.clear();
    this.#listed = '';
    this.#closesAgents = undefined;
    const kept = [...this.#kept.values()].filter(({ job_id }) => this.memories.has(job_id));
    if (!this.isApiUp) this.#see(kept, this.now - 1, false);
    this.#nextPoll = this.now;
  }

  /** The scheduler is gone at once; agents go on, and what was kept stays. */
  kill(): void {
    this.table = undefined;
    this.#watched.clear();
    this.killAfter = Number.POSITIVE_INFINITY;
  }

  /** SIGTERM: runs may end; what still runs after `timeout` is ended. */
  terminate(timeout: number): void {
    this.table?.close();
    this.#closesAgents = this.now + timeout;
  }

  /** The clock of the host is set. */
  jump(milliseconds: number): void {
    this.now += milliseconds;
    // Agents and the poll go by the clock that is never set.
    for (const agent of this.agents.values()) agent.endsAt += milliseconds;
    this.#nextPoll += milliseconds;
    this.#obey(this.table?.tick(this.now) ?? []);
  }

  pass(milliseconds: number): void {
    this.until(this.now + milliseconds);
  }

  at(text: string): void {
    this.until(Date.parse(text));
  }

  until(target: number): void {
    for (let round = 0; round < 1_000_000; round += 1) {
      const next = Math.min(target, this.#nextThing());
      this.now = Math.max(this.now, next);
      this.#endAgents();
      if (this.#closesAgents !== undefined && this.now >= this.#closesAgents) this.#close();
      if (this.now >= this.#nextPoll && this.table) this.poll();
      if (this.table && (this.table.nextWake() ?? Number.POSITIVE_INFINITY) <= this.now) this.#obey(this.table.tick(this.now));
      this.deliver();
      if (this.now >= target && this.#nextThing() > target) return;
    }
    throw new Error('the machine goes round in circles');
  }

  poll(): void {
    const { poll = 5000 } = this.#options;
    this.#nextPoll = this.now + poll;
    if (!this.isApiUp) return;
    const docs = [...this.api.values()].filter(({ job_schedule }) => job_schedule['status'] !== 'completed').map((doc) => structuredClone(doc));
    if (this.#options.versions === false) for (const doc of docs) Reflect.deleteProperty(doc, '_version');
    const listed = this.#options.versions === false ? '' : JSON.stringify(docs);
    const isUnchanged = listed !== '' && listed === this.#listed && this.table?.wantsList(this.now, this.#isDelivered()) === false;
    this.#listed = listed;
    if (isUnchanged) this.#obey(this.table?.tick(this.now) ?? []);
    else this.list(docs);
  }

  /** An answer of the API, right or wrong. */
  list(docs: readonly Doc[]): void {
    for (const doc of docs) this.#kept.set(doc.job_id, doc);
    this.#see(docs, this.now, true);
  }

  /** What waits in the outbox arrives, unless it is refused. */
  deliver(): void {
    while (this.isApiUp && this.outbox.length > 0) {
      const write = this.outbox.shift();
      const doc = write && this.api.get(write.jobId);
      if (!write || !doc) continue;
      if (this.refuses) {
        this.#listed = '';
        continue;
      }
      const { event, ...others } = write.schedule;
      const clears = event === '' && (doc.job_schedule['event'] ?? '') === (write.acknowledged ?? '');
      // As the deliverer does it: of a completed job nobody would see an event that came meanwhile.
      const unseen = others.status === 'completed' && !clears && (doc.job_schedule['event'] ?? '') !== '';
      doc.job_schedule = { ...doc.job_schedule, ...others, ...(clears && { event: '' }), ...(unseen && { status: 'stop' }) };
      if (write.sessionTag !== undefined) doc['session_tag'] = write.sessionTag;
      doc._version += 1;
      if (write.acknowledged !== undefined && this.table) this.#obey(this.table.event(write.jobId, { kind: 'acknowledged' }, this.now));
    }
  }

  reading(doc: Readonly<Record<string, unknown>>): JobReading {
    const text = JSON.stringify(doc);
    const known = this.#readings.get(String(doc['job_id']));
    if (known?.text === text) return known.reading;
    const reading = readJob(doc, { plan: { zone: this.#options.zone ?? 'UTC', jitter: 0, misfireGrace: 3600 } });
    if (typeof reading === 'string') throw new Error(reading);
    this.#readings.set(reading.jobId, { text, reading });
    return reading;
  }

  /** Commands that the machine gave are obeyed, unless the scheduler is killed meanwhile. */
  obey(commands: readonly Command[]): void {
    this.#obey(commands);
  }

  #nextThing(): number {
    const ends = [...this.agents.values()].map(({ endsAt }) => endsAt);
    const wake = this.table ? (this.table.nextWake() ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
    return Math.min(...ends, wake, this.table ? this.#nextPoll : Number.POSITIVE_INFINITY, this.#closesAgents ?? Number.POSITIVE_INFINITY);
  }

  /** Whether no write about a job waits. */
  #isDelivered(): (jobId: string) => boolean {
    const pending = new Set(this.outbox.map(({ jobId }) => jobId));
    return (jobId) => !pending.has(jobId);
  }

  #see(docs: readonly Doc[], askedAt: number, isWhole: boolean): void {
    if (!this.table) return;
    const isDelivered = this.#isDelivered();
    const isSettled = (jobId: string): boolean => isWhole && isDelivered(jobId);
    this.#obey(this.table.documents({ readings: docs.map((doc) => this.reading(doc)), askedAt, isWhole, isSettled }, this.now));
  }

  #close(): void {
    this.#closesAgents = undefined;
    for (const agent of this.agents.values()) {
      agent.result = 'aborted';
      agent.message = 'the scheduler was stopped';
      agent.endsAt = this.now;
    }
    this.#endAgents(true);
  }

  #endAgents(byShutdown = false): void {
    for (const agent of [...this.agents.values()]) {
      if (agent.endsAt > this.now) continue;
      this.agents.delete(agent.runId);
      const end: RunEnd = { runId: agent.runId, result: agent.result, message: agent.message, ...(byShutdown && { byShutdown }) };
      this.ended.push({ agent, result: agent.result, at: this.now });
      if (this.table && this.#watched.has(agent.runId)) this.#obey(this.table.event(agent.jobId, { kind: 'run-ended', ...end }, this.now));
      else this.#outcomes.set(agent.runId, end);
    }
  }

  #obey(commands: readonly Command[]): void {
    const queue = [...commands];
    for (let command = queue.shift(); command && this.table; command = queue.shift()) {
      if (this.killAfter <= 0) {
        this.kill();
        return;
      }
      this.killAfter -= 1;
      queue.push(...this.#do(command, this.table));
    }
  }

  #do(command: Command, table: JobTable): readonly Command[] {
    switch (command.kind) {
      case 'save':
        this.memories.set(command.jobId, structuredClone(command.memory));
        return [];
      case 'forget':
        this.memories.delete(command.jobId);
        return [];
      case 'write':
        this.writes.push(command);
        this.outbox.push(command);
        return [];
      case 'record':
        this.records.push(command);
        return [];
      case 'tell':
        this.told.push(`${command.level} ${command.jobId}: ${command.message}`);
        return [];
      case 'start-run':
        this.#start(command);
        return [];
      case 'abort-run': {
        const agent = this.agents.get(command.runId);
        if (!agent) return [];
        if (command.mode === 'after-action') return [];
        agent.result = 'aborted';
        agent.message = 'aborted';
        agent.endsAt = Math.min(agent.endsAt, this.now + (this.#options.grace ?? 100));
        return [];
      }
      case 'adopt-run': {
        if (this.agents.has(command.runId)) {
          this.#watched.add(command.runId);
          return [];
        }
        const end = this.#outcomes.get(command.runId) ?? {
          runId: command.runId,
          result: 'lost' as const,
          message: '',
          neverBegan: !this.runs.some(({ runId }) => runId === command.runId),
        };
        return table.event(command.jobId, { kind: 'run-ended', ...end }, this.now);
      }
    }
  }

  #start({ jobId, runId, reading, plannedAt }: Command & { readonly kind: 'start-run' }): void {
    const { duration = () => 1000, result = () => 'success' as const } = this.#options;
    for (const other of this.agents.values()) if (other.jobId === jobId) this.violations.push(`${this.text}: ${jobId} runs twice (${other.runId}, ${runId})`);
    if (!this.memories.get(jobId)?.run) this.violations.push(`${this.text}: ${jobId} runs before that was saved`);
    const count = this.runs.filter((run) => run.jobId === jobId).length;
    const agent: Agent = {
      jobId,
      runId,
      startedAt: this.now,
      plannedAt,
      reading,
      endsAt: this.now + duration(jobId, count),
      result: result(jobId, count),
      message: '',
    };
    this.agents.set(runId, agent);
    this.runs.push(agent);
    this.#watched.add(runId);
  }
}
