import { FreezerError } from '@freezer/core';
import { type GivenValues, isGiven, listOf, textOf } from '../command-line/command.ts';
import { ACTION_NUMBERS, ACTION_TEXTS, RETRY_NUMBERS, SCHEDULE_TEXTS } from '../command-line/job-flags.ts';
import type { Document } from './read-document.ts';

const wireName = (name: string): string => name.replaceAll('-', '_');

// Names in `freezer_action` that are others than those of the options.
const ACTION_NAMES: Readonly<Record<string, string>> = { engine: 'engine_name' };
const SCHEDULE_NAMES: Readonly<Record<string, string>> = {
  interval: 'schedule_interval',
  'start-date': 'schedule_start_date',
  'end-date': 'schedule_end_date',
  hour: 'schedule_hour',
  minute: 'schedule_minute',
  'day-of-week': 'schedule_day_of_week',
};

const ACTION_FLAGS = [...ACTION_TEXTS, ...ACTION_NUMBERS, ...RETRY_NUMBERS].map(({ name }) => name).concat('no-incremental', 'mandatory', 'option');

/** Whether an option says what the job's action does. */
export function hasActionFlags(values: GivenValues): boolean {
  return ACTION_FLAGS.some((name) => isGiven(values, name));
}

/** The job that options describe: one action, and when. Fails with `invalid` for what would certainly not run. */
export function jobOfFlags(values: GivenValues): Document {
  const action = actionOf(values);
  return {
    job_actions: [{ freezer_action: action, ...numbersOf(values, RETRY_NUMBERS), ...(isGiven(values, 'mandatory') && { mandatory: true }) }],
    job_schedule: scheduleOfFlags(values),
  };
}

/** When, as options say it; empty when they say nothing. */
export function scheduleOfFlags(values: GivenValues): Document {
  return Object.fromEntries(
    SCHEDULE_TEXTS.flatMap(({ name }) => {
      const text = textOf(values, name);
      return text === undefined ? [] : [[SCHEDULE_NAMES[name] ?? name, text]];
    }),
  );
}

function actionOf(values: GivenValues): Document {
  const action: Document = { action: 'backup' };
  for (const { name } of ACTION_TEXTS) {
    const text = textOf(values, name);
    if (text !== undefined) action[ACTION_NAMES[name] ?? wireName(name)] = text;
  }
  Object.assign(action, numbersOf(values, ACTION_NUMBERS), isGiven(values, 'no-incremental') ? { no_incremental: true } : {});
  for (const pair of listOf(values, 'option')) {
    const [, key, value = ''] = /^([A-Za-z][\w-]*)=(.*)$/s.exec(pair) ?? [];
    if (key === undefined) throw new FreezerError('invalid', `--option '${pair}': it must be KEY=VALUE`);
    action[wireName(key)] = scalarOf(value);
  }
  complete(action);
  return action;
}

// A path alone means the mode for files, as the agent itself takes it.
function complete(action: Document): void {
  const kind = String(action['action']);
  const needs = (...names: readonly string[]) => {
    for (const name of names)
      if (action[name] === undefined)
        throw new FreezerError('invalid', `--action ${kind} needs --${name.replaceAll('_', '-').replace('path-to-backup', 'path')}`);
  };
  if (kind === 'exec') needs('command');
  if (kind === 'backup') needs('backup_name');
  if (kind === 'restore') needs('backup_name');
  if (action['mode'] === undefined && action['path_to_backup'] !== undefined) action['mode'] = 'fs';
}

function numbersOf(values: GivenValues, specs: readonly { readonly name: string }[]): Document {
  return Object.fromEntries(
    specs.flatMap(({ name }) => {
      const text = textOf(values, name);
      if (text === undefined) return [];
      if (!/^\d{1,9}$/.test(text)) throw new FreezerError('invalid', `--${name} '${text}': it must be a number from 0`);
      return [[wireName(name), Number(text)]];
    }),
  );
}

function scalarOf(text: string): string | number | boolean {
  if (/^(true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  return /^-?(0|[1-9]\d{0,14})$/.test(text) ? Number(text) : text;
}
