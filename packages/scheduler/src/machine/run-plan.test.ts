import { describe, expect, it } from '@jest/globals';
import type { ActionReading } from '../documents/job-reading.ts';
import { RUN_RULES, type RunProgress, type RunStep, type TryEnd } from './run-plan.ts';

const action = (more: Partial<ActionReading> = {}): ActionReading => ({
  action: 'backup',
  values: {},
  tries: 1,
  retryInterval: 60,
  mandatory: false,
  timeout: undefined,
  ...more,
});

const END = { exitCode: 0, message: '', startedAt: 1_767_607_200_000, endedAt: 1_767_607_201_500 };
const ends = (result: TryEnd['result'], message = result === 'success' ? '' : `it was ${result}`): TryEnd => ({ ...END, result, message });

interface Played {
  readonly tried: readonly string[];
  readonly waits: readonly number[];
  readonly end: RunStep & { readonly kind: 'end' };
}

/** Plays a run: `script` says how each try ends; a text closes the run while the try is at work or the wait goes on. */
function play(actions: readonly ActionReading[], script: readonly (TryEnd | 'abort' | 'remove' | 'shutdown')[]): Played {
  const tried: string[] = [];
  const waits: number[] = [];
  const left = [...script];
  let progress: RunProgress = RUN_RULES.begin();
  for (;;) {
    // What the next process reads is the same.
    progress = JSON.parse(JSON.stringify(progress)) as RunProgress;
    const step = RUN_RULES.next(progress, actions);
    if (step.kind === 'end') return { tried, waits, end: step };
    if (step.kind === 'try') {
      tried.push(`${step.index}.${step.attempt}`);
      progress = RUN_RULES.began(progress, step);
    }
    if (step.kind === 'wait') waits.push(step.milliseconds);
    const next = left[0];
    if (typeof next === 'string') {
      left.shift();
      progress = RUN_RULES.close(progress, next);
    }
    if (step.kind === 'wait') progress = RUN_RULES.waited(progress);
    else progress = RUN_RULES.ended(progress, actions, (left.shift() as TryEnd | undefined) ?? ends('success'));
  }
}

describe('the actions of a run', () => {
  it('A22: retries, then skips what is not mandatory, and the failure stays', () => {
    const actions = [action({ tries: 3, retryInterval: 5 }), action({ action: 'admin' }), action({ action: 'exec', mandatory: true })];
    const { tried, waits, end } = play(actions, [ends('fail'), ends('fail'), ends('fail', 'exit 1: disk full'), ends('success')]);
    expect(tried).toEqual(['0.1', '0.2', '0.3', '2.1']);
    expect(waits).toEqual([5000, 5000]);
    expect(end).toMatchObject({ result: 'fail', message: 'action 1 (backup): exit 1: disk full' });
    expect(end.actions).toEqual([
      { index: 0, action: 'backup', result: 'fail', exit_code: 0, tries: 3, started: 1_767_607_200, ended: 1_767_607_201, message: 'exit 1: disk full' },
      { index: 1, action: 'admin', result: 'skipped', tries: 0, message: 'skipped: an action before it did not succeed' },
      { index: 2, action: 'exec', result: 'success', exit_code: 0, tries: 1, started: 1_767_607_200, ended: 1_767_607_201 },
    ]);
  });

  it('the last failure counts, and a try that succeeds heals its own failures', () => {
    const actions = [action({ tries: 2 }), action(), action({ mandatory: true })];
    expect(play(actions, [ends('fail'), ends('success'), ends('aborted'), ends('fail')])).toMatchObject({
      tried: ['0.1', '0.2', '1.1', '2.1'],
      end: { result: 'fail' },
    });
  });

  it('partial is told, never tried again, and lets the next action run', () => {
    const { tried, end } = play([action({ tries: 5 }), action()], [ends('partial', '1 file was not read')]);
    expect(tried).toEqual(['0.1', '1.1']);
    expect(end).toMatchObject({ result: 'partial', message: 'action 1 (backup): 1 file was not read' });
  });

  it('an agent that was ended from outside is aborted, and not tried again', () => {
    expect(play([action({ tries: 5 })], [ends('aborted')])).toMatchObject({ tried: ['0.1'], end: { result: 'aborted' } });
  });

  it('A8: an abort ends a wait at once, and nothing is tried again', () => {
    const { tried, end } = play([action({ tries: 4 })], [ends('fail'), 'abort']);
    expect(tried).toEqual(['0.1']);
    expect(end).toMatchObject({ result: 'aborted' });
    expect(end.message).toMatch(/the job was aborted while it waited/);
  });

  it('after an abort mandatory actions run, to tidy up', () => {
    const { tried, end } = play([action({ tries: 4 }), action(), action({ action: 'exec', mandatory: true })], ['abort', ends('aborted')]);
    expect(tried).toEqual(['0.1', '2.1']);
    expect(end.result).toBe('aborted');
  });

  it('A18: of a deleted job the action at work may end, and no other begins', () => {
    const { tried, end } = play([action(), action(), action({ mandatory: true })], ['remove', ends('success')]);
    expect(tried).toEqual(['0.1']);
    expect(end).toMatchObject({ result: 'aborted', message: 'the job was deleted' });
  });

  it('closed while its last action ends well, a run has ended well', () => {
    expect(play([action()], ['shutdown', ends('success')]).end).toMatchObject({ result: 'success', message: '' });
  });

  it('the next process goes on where this one was', () => {
    const actions = [action({ tries: 2, retryInterval: 7 }), action()];
    let progress = RUN_RULES.begin();
    const step = RUN_RULES.next(progress, actions);
    if (step.kind !== 'try') throw new Error(step.kind);
    progress = RUN_RULES.began(progress, step);
    expect(RUN_RULES.next(progress, actions)).toEqual({ kind: 'idle' });
    progress = RUN_RULES.ended(progress, actions, ends('fail'));
    expect(RUN_RULES.next(progress, actions)).toEqual({ kind: 'wait', milliseconds: 7000 });
    expect(RUN_RULES.next(RUN_RULES.waited(progress), actions)).toEqual({ kind: 'try', index: 0, attempt: 2 });
  });
});
