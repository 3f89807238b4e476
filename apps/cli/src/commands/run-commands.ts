import type { RunListOptions } from '@freezer/client-sdk';
import { formatInstant } from '@freezer/terminal';
import { operandOf, textOf } from '../command-line/command.ts';
import type { Cell } from '../output/cell.ts';
import { prettyPython } from '../output/pretty-python.ts';
import { cell, jsonOf, type Raw, rawOf } from './cells.ts';
import { found, listed, listOptions } from './listing.ts';
import type { CommandFunction } from './outcome.ts';

const TITLES = ['Run ID', 'Job ID', 'Client ID', 'Action', 'Result', 'Started', 'Ended', 'Bytes'];

/** A time of a document for people; -1 and absent are no time. */
export function instant(document: Raw, name: string): Cell {
  const seconds = document[name];
  return typeof seconds === 'number' && seconds >= 0 ? formatInstant(seconds) : '';
}

const list: CommandFunction = (context) => {
  const [clientId, jobId, result] = ['client', 'job', 'result'].map((name) => textOf(context.values, name));
  const options: RunListOptions = {
    ...listOptions(context),
    sort: 'time_started:desc',
    ...(clientId !== undefined && { clientId }),
    ...(jobId !== undefined && { jobId }),
    ...(result !== undefined && { result }),
  };
  return listed(context, context.client.runs, options, TITLES, (run) => [
    cell(run, 'run_id'),
    cell(run, 'job_id', ''),
    cell(run, 'client_id', ''),
    cell(run, 'action', ''),
    cell(run, 'result', ''),
    instant(run, 'time_started'),
    instant(run, 'time_ended'),
    cell(run, 'bytes_uncompressed', ''),
  ]);
};

const show: CommandFunction = async (context) => {
  const document = await found(context, context.client.runs, 'Run', operandOf(context.values, 'run_id'));
  const run = rawOf(document);
  const reasons = document.reasons;
  return {
    kind: 'show',
    document: jsonOf(document),
    show: [
      ['Run ID', cell(run, 'run_id')],
      ['Job ID', cell(run, 'job_id', '')],
      ['Client ID', cell(run, 'client_id', '')],
      ['Action', cell(run, 'action', '')],
      ['Session ID', cell(run, 'session_id', '')],
      ['Session tag', cell(run, 'session_tag', '')],
      ['Started', instant(run, 'time_started')],
      ['Ended', instant(run, 'time_ended')],
      ['Result', cell(run, 'result', '')],
      ['Reasons', Array.isArray(reasons) ? reasons.join('\n') : ''],
      ['Bytes', cell(run, 'bytes_uncompressed', '')],
      ['Bytes stored', cell(run, 'bytes_compressed', '')],
      ['Backups', Array.isArray(run['backup_ids']) ? run['backup_ids'].join('\n') : ''],
      ['Progress', run['progress'] === undefined ? '' : prettyPython(run['progress'])],
      ['Log', cell(run, 'log', '')],
    ],
  };
};

const alerts: CommandFunction = (context) =>
  listed(context, context.client.alerts, listOptions(context), ['Alert ID', 'Severity', 'Kind', 'Since', 'Message'], (alert) => [
    cell(alert, 'alert_id'),
    cell(alert, 'severity', ''),
    cell(alert, 'kind', ''),
    instant(alert, 'since'),
    cell(alert, 'message', ''),
  ]);

export const runCommands: Readonly<Record<string, CommandFunction>> = { 'run-list': list, 'run-show': show, 'alert-list': alerts };
