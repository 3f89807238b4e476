import { readFile } from 'node:fs/promises';
import { ApiError } from '@freezer/client-sdk';
import { FreezerError, messageOf, systemCodeOf } from '@freezer/core';
import type { ApiAccess, SchedulerSettings } from '@freezer/scheduler';
import { printable } from '@freezer/terminal';
import { EXIT } from '../exit-code.ts';
import type { Host } from '../host.ts';
import type { ApiCommand } from './api-command-context.ts';
import { JOB_COMMANDS } from './job-commands.ts';
import { SESSION_COMMANDS } from './session-commands.ts';

const COMMANDS: ReadonlyMap<string, ApiCommand> = new Map([...Object.entries(JOB_COMMANDS), ...Object.entries(SESSION_COMMANDS)]);

export const isApiCommand = (word: string): boolean => COMMANDS.has(word);

const missing = (text: string): FreezerError => new FreezerError('invalid', text);

async function documentOf(path: string | undefined): Promise<Record<string, unknown>> {
  if (path === undefined) throw missing('--file FILE is needed');
  const text = await readFile(path.endsWith('/-') ? '/dev/stdin' : path, 'utf8').catch((error: unknown) => {
    throw new FreezerError('not_found', `--file: ${path} cannot be read (${systemCodeOf(error) ?? messageOf(error)})`, { cause: error });
  });
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    throw missing(`--file: ${path} is no JSON`);
  }
  throw missing(`--file: ${path} holds no JSON object`);
}

/** One of the older commands (`job-list` and so on). Errors as `ERROR text` with exit 70, as they had it; wrong usage is 2. */
export async function runApiCommand(word: string, settings: SchedulerSettings, host: Host, connect: () => Promise<ApiAccess>): Promise<number> {
  const command = COMMANDS.get(word);
  if (!command) throw new TypeError(`${word} is no command of the API`);
  let access: ApiAccess | undefined;
  try {
    access = await connect();
    const { client, projectId } = access;
    await command({
      settings,
      host,
      client,
      clientId: async () => settings['scheduler.client_id'] ?? `${await projectId.call(access)}_${host.hostname}`,
      document: () => documentOf(settings.file),
      job: () => needed(settings.job, '-j ID is needed'),
      session: () => needed(settings.session, '-s ID is needed'),
    });
    return EXIT.done;
  } catch (error) {
    if (FreezerError.is(error, 'invalid') && !ApiError.is(error)) throw error;
    host.complain(`ERROR ${printable(messageOf(error))}\n`);
    return EXIT.apiCommand;
  } finally {
    await access?.close();
  }
}

function needed(value: string | undefined, text: string): string {
  if (value === undefined || value === '') throw missing(text);
  return value;
}
