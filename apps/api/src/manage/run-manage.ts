import { FreezerError, messageOf } from '@freezer/core';
import { openLogger } from '@freezer/log';
import { CommandLine, nearestName, type ParsedArguments, type SettingsHost } from '@freezer/settings';
import { printable } from '@freezer/terminal';
import { exitCodeOf } from '../run/exit-code.ts';
import { resolveServiceTable } from '../settings/resolve-service-table.ts';
import { runDb } from './db-commands.ts';
import type { ManageRun } from './manage-run.ts';
import { MANAGE_LINE_TABLE, MANAGE_TABLE, type ManageRow, type ManageSettings } from './manage-table.ts';
import { registerService } from './register.ts';
import { runReindex } from './reindex/run-reindex.ts';

const PROGRAM = 'freezer-manage';
const ACTIONS = ['db', 'keystone', 'reindex'];
const LINE = new CommandLine(MANAGE_LINE_TABLE, { takesOperands: () => true, wordsAnywhere: true, words: new Set(ACTIONS) });
const SEARCH = { project: 'freezer', program: 'freezer-api' };

export interface ManageHost extends SettingsHost {
  readonly argv: readonly string[];
  readonly pid: number;
  readonly print: ManageRun['print'];
  /** One line, ended, for people. */
  readonly complain: (line: string) => void;
}

/** Old command lines put `--host` and the like in place of a configuration. */
function withOldOptions(settings: ManageSettings): ManageSettings {
  const { host, port, index, replicas } = settings;
  return {
    ...settings,
    ...((host !== undefined || port !== undefined) && {
      'storage.driver': 'elasticsearch',
      'elasticsearch.hosts': [`http://${host ?? '127.0.0.1'}:${port ?? 9200}`],
    }),
    ...(index !== undefined && { 'elasticsearch.index': index }),
    ...(replicas !== undefined && { 'elasticsearch.number_of_replicas': replicas }),
  };
}

function wordsOf({ word, operands }: ParsedArguments): { readonly action: string; readonly verb: string; readonly rest: readonly string[] } {
  if (word === undefined) throw new FreezerError('invalid', `what is to be done? allowed: ${ACTIONS.join(', ')}; ${PROGRAM} --help says more`);
  if (!ACTIONS.includes(word)) {
    const nearest = nearestName(word, ACTIONS);
    throw new FreezerError('invalid', `'${word}' is unknown${nearest === undefined ? '' : `; did you mean ${nearest}?`}; allowed: ${ACTIONS.join(', ')}`);
  }
  const [verb = '', ...rest] = operands;
  return { action: word, verb, rest };
}

/** As freezer-api decides it. */
const isTrial = ({ auth, ...settings }: ManageSettings, files: readonly string[]): boolean =>
  auth === undefined ? settings['keystone_authtoken.auth_url'] === undefined && files.length === 0 : auth === 'none';

async function run(host: ManageHost): Promise<void> {
  const { settings, warnings, parsed, files } = await resolveServiceTable<ManageRow>({
    table: MANAGE_TABLE,
    line: LINE,
    argv: host.argv,
    host,
    program: PROGRAM,
    search: SEARCH,
  });
  const { action, verb, rest } = wordsOf(parsed);
  const log = await openLogger(settings, { ...host, program: PROGRAM, now: () => new Date(), secretKeys: MANAGE_LINE_TABLE.secretKeys(), quiet: true });
  try {
    for (const warning of warnings) log.logger.warn({}, warning);
    const command: ManageRun = {
      verb,
      operands: rest,
      settings: withOldOptions(settings),
      environment: host.environment,
      logger: log.logger,
      print: host.print,
    };
    if (action === 'reindex') await runReindex({ run: command, given: parsed.given, host, isTrial: isTrial(settings, files) });
    else await (action === 'db' ? runDb(command) : registerService(command));
  } finally {
    await log.close();
  }
}

/** Runs a command line to its end. Resolves to the exit code; never rejects. */
export async function runManage(host: ManageHost): Promise<number> {
  try {
    await run(host);
    return 0;
  } catch (error) {
    host.complain(`${PROGRAM}: ${printable(messageOf(error))}\n`);
    return exitCodeOf(error);
  }
}
