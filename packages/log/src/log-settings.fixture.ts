import { CommandLine, OptionTable, resolveTable } from '@freezer/settings';
import { LOG_OPTIONS, type LogSettings } from './log-options.ts';

const TABLE = new OptionTable(LOG_OPTIONS, [{ group: 'logging', title: 'Log' }]);
const LINE = new CommandLine(TABLE);
const none = (): Promise<never> => Promise.reject(new Error('none'));

/** The settings of a log from a command line. */
export async function logSettings(folder: string, argv: readonly string[]): Promise<LogSettings> {
  const host = { environment: {}, home: folder, cwd: folder, hostname: 'vm', isRoot: false, readFile: none, listFolder: none };
  const { settings } = await resolveTable<(typeof LOG_OPTIONS)[number]>({ table: TABLE, line: LINE, argv, host, program: 'freezer-agent' });
  return settings;
}
