import { FreezerError, messageOf } from '@freezer/core';
import { checkSettings, placesOf, type ResolvedScheduler, resolveScheduler, SCHEDULER_LINE, SCHEDULER_TABLE, SCHEDULER_TEXT } from '@freezer/scheduler';
import { documentText, nearestName, otherWord, withPlace } from '@freezer/settings';
import { printable } from '@freezer/terminal';
import { isApiCommand, runApiCommand } from './commands/api-command.ts';
import { reloadCommand, statusCommand, stopCommand } from './commands/control.ts';
import { listCommand } from './commands/list.ts';
import { serviceCommand } from './commands/service.ts';
import type { Announce } from './daemonize.ts';
import { EXIT, exitCodeOf } from './exit-code.ts';
import type { Host } from './host.ts';
import { trialFolders } from './trial-folders.ts';

/** Runs a command line to its end. Resolves to its exit code. */
export async function runCommand(host: Host, announce: Announce | undefined): Promise<number> {
  let resolved: ResolvedScheduler | undefined;
  const fail = (error: unknown): number => {
    const message = resolved && FreezerError.is(error, 'invalid') ? withPlace(SCHEDULER_TABLE, messageOf(error), resolved.places) : messageOf(error);
    const code = exitCodeOf(error);
    announce?.(code, message);
    host.complain(`freezer-scheduler: ${printable(message)}\n`);
    return code;
  };
  try {
    const document = documentOf(host);
    if (document !== undefined) {
      host.print(document);
      return EXIT.done;
    }
    const { word } = SCHEDULER_LINE.parse(host.argv);
    if (word === undefined) return noWord(host);
    if (!Object.hasOwn(SCHEDULER_TEXT.actions, word)) return unknownWord(word, host);
    resolved = await resolveScheduler(host);
    checkSettings(resolved.settings);
    return await dispatch(word, resolved, host, announce);
  } catch (error) {
    return fail(error);
  }
}

/** What a word prints that is no action: sample, manual page, completion. */
function documentOf({ argv, version, now }: Host): string | undefined {
  if (!otherWord(SCHEDULER_TEXT, argv[0])) return undefined;
  return documentText(SCHEDULER_TEXT, { words: argv, version, date: new Date(now()).toISOString().slice(0, 10) });
}

function noWord(host: Host): number {
  host.complain('usage: freezer-scheduler [options] ACTION\nfreezer-scheduler: an action is needed, as start, stop, status; --help lists all\n');
  return EXIT.usage;
}

function unknownWord(word: string, host: Host): number {
  const nearest = nearestName(word, Object.keys(SCHEDULER_TEXT.actions));
  const hint =
    nearest === undefined ? 'allowed: start, stop, restart, status, reload, run-once, validate, list and those of --help' : `did you mean ${nearest}?`;
  host.complain(`freezer-scheduler: unknown action '${printable(word)}'; ${hint}\n`);
  return EXIT.unknownWord;
}

async function dispatch(word: string, resolved: ResolvedScheduler, host: Host, announce: Announce | undefined): Promise<number> {
  const { settings, parsed } = resolved;
  // Freezer does nothing then: there is nothing in the background to speak with.
  switch (word) {
    case 'status':
      return statusCommand(settings, host);
    case 'stop':
      return stopCommand(settings, host);
    case 'reload':
      return reloadCommand(settings, host);
    case 'list':
      return listCommand(settings, host);
    case 'service':
      return serviceCommand(parsed.operands, host);
    case 'start':
    case 'restart': {
      const { startCommand } = await import('./commands/start.ts');
      if (word === 'restart') await stopCommand(settings, host);
      return startCommand(resolved, host, announce);
    }
    case 'validate': {
      const { validateCommand } = await import('./commands/validate.ts');
      return validateCommand(resolved, host);
    }
    case 'run-once': {
      const { runOnceCommand } = await import('./commands/run-once.ts');
      return runOnceCommand(resolved, host);
    }
    default:
      return apiCommand(word, resolved, host);
  }
}

async function apiCommand(word: string, { settings }: ResolvedScheduler, host: Host): Promise<number> {
  if (!isApiCommand(word)) throw new TypeError(`${word} is known but does nothing`);
  const { connectApi } = await import('./connect.ts');
  const { stateRoot } = placesOf(settings, host);
  const { SILENT } = await import('@freezer/core');
  return runApiCommand(word, settings, host, () =>
    connectApi({ settings, environment: host.environment, trialFolders: trialFolders(settings['scheduler.state_dir'], stateRoot), logger: SILENT }),
  );
}
