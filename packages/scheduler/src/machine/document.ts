import type { JobReading } from '../documents/job-reading.ts';
import { nextTime } from '../triggers/next-run.ts';
import { type Instant, isRecurring } from '../triggers/trigger.ts';
import { Draft, seconds, versionOf } from './draft.ts';
import { isKnownEvent, obey } from './obey.ts';
import { adopt, breakJob, planJob, schedule } from './planning.ts';
import { repeatOrFail } from './repeat.ts';
import type { JobMemory, JobState, MachineRules, Repair } from './state.ts';

const SECOND = 1000;

/** A document of a job that is known. */
export function seeDocument(draft: Draft, reading: JobReading, { askedAt, settled }: { readonly askedAt: Instant; readonly settled: boolean }): void {
  adopt(draft, reading);
  draft.set({ timeCreated: reading.told.timeCreated, ...(settled && { sessionTag: reading.sessionTag }) });
  const { event, status } = reading.told;
  if (event === '') {
    const { phase, acknowledged } = draft.memory;
    draft.set({ acknowledged: '', acknowledgedVersion: null });
    // In a file nobody clears an event but its owner, who has taken `stop` back.
    if (acknowledged === 'stop' && phase === 'stopped' && status === '') planJob(draft, 'start');
    else if (settled) repair(draft);
    return;
  }
  if (isNews(draft, { askedAt, settled })) obey(draft, event);
  else if (settled && event === draft.memory.acknowledged) acknowledgeAgain(draft, event);
}

/** What was obeyed is still asked for, and no write is on its way: the scheduler ended between the two, or the API has lost it. */
function acknowledgeAgain(draft: Draft, event: string): void {
  if (!isTimeToRepair(draft, `${event} ${versionOf(draft.reading)}`)) return;
  draft.acknowledge(event);
  tellAgain(draft);
}

/** Whether the event of the document has not been obeyed yet. */
function isNews(draft: Draft, { askedAt, settled }: { readonly askedAt: Instant; readonly settled: boolean }): boolean {
  const { acknowledged, acknowledgedVersion } = draft.memory;
  if (draft.acknowledgedAt !== null && askedAt <= draft.acknowledgedAt) return false;
  if (draft.reading.told.event !== acknowledged) return true;
  // The answer to it has arrived, so somebody has asked again; unless it never arrived, which the version shows.
  return settled && (acknowledgedVersion === null || acknowledgedVersion !== versionOf(draft.reading));
}

const isTrue = (status: string, memory: JobMemory): boolean => status === memory.status || (memory.status === '' && memory.phase === 'stopped');

/** What the API shows is not what it was told, and no write is on its way: it lost one. */
function repair(draft: Draft): void {
  const { memory, reading } = draft;
  const { status } = reading.told;
  if (isTrue(status, memory)) return;
  if (!isTimeToRepair(draft, `${status} ${memory.status} ${memory.timeEnded}`)) return;
  tellAgain(draft);
  draft.tell('warn', `the API shows '${status}' where '${memory.status}' is true; it is told again`);
}

const FIRST_PAUSE = 10 * SECOND;
const LONGEST_PAUSE = 3600 * SECOND;

/** The same is told again at once, and then after pauses that double: an API that refuses it is not asked at every poll, and one that was wrong for a while hears it. */
function isTimeToRepair(draft: Draft, what: string): boolean {
  const { now, repair: last } = draft;
  const isSame = last?.what === what;
  if (isSame && isPausing(last, now)) return false;
  const pause = isSame ? Math.min(LONGEST_PAUSE, last.pause * 2) : FIRST_PAUSE;
  draft.repair = { what, after: now + pause, pause };
  return true;
}

// A clock that was put back must not make it wait for ever.
const isPausing = ({ after, pause }: Repair, now: Instant): boolean => now < after && now >= after - pause;

/** Whether what was told again was wrong when it was last seen, and it is time to look: a list that did not change would not show it. */
export function isRepairDue({ repair: last, memory, reading }: JobState, now: Instant): boolean {
  if (last === null || isPausing(last, now)) return false;
  return reading.told.event !== '' || !isTrue(reading.told.status, memory);
}

function tellAgain(draft: Draft): void {
  const { status, result, message, timeStarted, timeEnded } = draft.memory;
  draft.write({ status, result, message, time_started: timeStarted, time_ended: timeEnded, next_run_at: draft.due === null ? -1 : seconds(draft.due) });
}

/** What is known of a job that was never seen here. */
function newMemory(reading: JobReading, now: Instant): JobMemory {
  const { told } = reading;
  return {
    jobId: reading.jobId,
    phase: 'stopped',
    status: told.status,
    result: told.result,
    message: '',
    timeStarted: told.timeStarted,
    timeEnded: told.timeEnded,
    scheduleKey: reading.scheduleKey,
    contentKey: reading.contentKey,
    anchor: told.timeCreated > 0 ? told.timeCreated * SECOND : now,
    timeCreated: told.timeCreated,
    next: null,
    lastPlanned: null,
    sequence: 0,
    isExcused: false,
    isRepeat: false,
    isBroken: false,
    acknowledged: '',
    acknowledgedVersion: null,
    sessionTag: reading.sessionTag,
    run: null,
  };
}

const stateOf = (memory: JobMemory, reading: JobReading): JobState => ({ memory, reading, due: null, queuedAt: null, acknowledgedAt: null, repair: null });

/** The first document of a job that nobody remembers. */
export function meet(reading: JobReading, now: Instant, rules: MachineRules): Draft {
  const draft = new Draft(stateOf(newMemory(reading, now), reading), now, rules, { isNew: true });
  const { event, status } = reading.told;
  if (reading.content.kind === 'problem') {
    breakJob(draft, reading.content.message);
    if (event !== '') draft.acknowledge(event);
    // Who stopped it does not want it to run when it is put right.
    if (event !== '' && event !== 'start') draft.set({ isBroken: false });
    return draft;
  }
  if (event !== '') obey(draft, event);
  // A word that nobody knows says nothing about a job that was at work before.
  const isAsked = isKnownEvent(event) || (event !== '' && status === '');
  if (isAsked) return draft;
  if (status === '') planJob(draft, 'start');
  else if (status === 'scheduled') goOn(draft);
  else if (status === 'running' || status === 'aborting') repeatOrFail(draft, 'lost: another scheduler began a run, and nobody knows how it ended');
  return draft;
}

/** Goes on with a job that was scheduled by an earlier scheduler, whose state is gone: by what the API kept of it. */
function goOn(draft: Draft): void {
  const { plan, reading } = draft;
  const told = reading.told.nextRunAt * SECOND;
  if (plan && isRecurring(plan.trigger) && told > 0 && told <= draft.now) {
    const { zone, trigger } = plan;
    // The time before the jitter is not in the document; without jitter it is a time of the schedule, or the schedule is another now.
    const time = nextTime(trigger, told - plan.jitter - 1, { zone, anchor: draft.anchor });
    if (time !== undefined && time <= told) {
      schedule(draft, time);
      return;
    }
  }
  planJob(draft, 'resume');
}

/** A job of an earlier process of this scheduler. */
export function remember(memory: JobMemory, reading: JobReading, now: Instant, rules: MachineRules): Draft {
  const isOther = memory.timeCreated > 0 && reading.told.timeCreated > 0 && memory.timeCreated !== reading.told.timeCreated;
  if (isOther && !memory.run) return meet(reading, now, rules);
  const draft = new Draft(stateOf(memory, reading), now, rules);
  const { run, phase } = memory;
  if (run) {
    draft.command({ kind: 'adopt-run', jobId: memory.jobId, runId: run.runId, wish: run.wish });
    if (memory.next !== null) draft.setNext(memory.next);
  } else if (phase !== 'stopped') reschedule(draft);
  return draft;
}

/** By so much a clock may be put back without that times which had their run count as new ones. */
export const LARGEST_STEP_BACK = 24 * 3600 * SECOND;

/** The clock was put back so far that what lies ahead of it is no plan but an error of the clock before. */
export function forgetFuture(draft: Draft): void {
  const { lastPlanned, phase } = draft.memory;
  if (lastPlanned !== null && lastPlanned > draft.now) draft.set({ lastPlanned: draft.now });
  if (phase === 'scheduled') planJob(draft, 'resume');
}

function reschedule(draft: Draft): void {
  const { plan, memory, reading } = draft;
  const { next, scheduleKey } = memory;
  if ((memory.lastPlanned ?? 0) > draft.now + LARGEST_STEP_BACK) forgetFuture(draft);
  else if (plan && next !== null && scheduleKey === reading.scheduleKey) {
    const due = plan.trigger.kind === 'at-once' ? next : undefined;
    draft.setNext(next, due);
    draft.set({ phase: 'scheduled' });
  } else {
    draft.set({ scheduleKey: reading.scheduleKey, contentKey: reading.contentKey });
    planJob(draft, 'resume');
  }
}

/** The job is in no list any more. */
export function vanish(draft: Draft): void {
  const { run } = draft.memory;
  if (!run) {
    draft.forget();
    return;
  }
  if (run.wish === 'remove') return;
  draft.set({ run: { ...run, wish: 'remove' } });
  draft.setNext(null);
  const mode = draft.rules.onDelete === 'abort' ? 'now' : 'after-action';
  draft.command({ kind: 'abort-run', jobId: draft.jobId, runId: run.runId, reason: 'remove', mode });
  draft.tell('info', 'the job was deleted while it runs; its further actions do not begin');
}

/** Another job has come under the same id. */
export function isReplaced({ memory }: JobState, reading: JobReading): boolean {
  return memory.run === null && memory.timeCreated > 0 && reading.told.timeCreated > 0 && memory.timeCreated !== reading.told.timeCreated;
}
