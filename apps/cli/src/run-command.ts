import { writeFileSync } from 'node:fs';
import { FreezerError, messageOf, systemCodeOf } from '@freezer/core';
import { type GivenValues, isGiven, listOf, textOf } from './command-line/command.ts';
import { COMMANDS } from './command-line/command-table.ts';
import { type ParsedArguments, parseArguments } from './command-line/parse-arguments.ts';
import type { CommandFunction, Outcome } from './commands/outcome.ts';
import { openClient } from './connection/open-client.ts';
import type { ReadInput } from './documents/read-document.ts';
import { exitCodeOf, lineOf } from './failure.ts';
import { jsonText } from './output/json-text.ts';
import { resolveOutput } from './output/resolve-output.ts';
import { listText, showText } from './output/write-result.ts';

/** What the process gives to a command. */
export interface CommandHost {
  readonly version: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly isRoot: boolean;
  /** Of the terminal on stdout; undefined when it is none. */
  readonly columns: number | undefined;
  readonly writeOut: (text: string) => Promise<void>;
  readonly writeError: (text: string) => void;
  readonly readInput: ReadInput;
  readonly signal: AbortSignal;
}

const GROUPS: Readonly<Record<string, () => Promise<Readonly<Record<string, CommandFunction>>>>> = {
  client: async () => (await import('./commands/client-commands.ts')).clientCommands,
  job: async () => (await import('./commands/job-commands.ts')).jobCommands,
  session: async () => (await import('./commands/session-commands.ts')).sessionCommands,
  action: async () => (await import('./commands/action-commands.ts')).actionCommands,
  backup: async () => (await import('./commands/backup-commands.ts')).backupCommands,
  run: async () => (await import('./commands/run-commands.ts')).runCommands,
  alert: async () => (await import('./commands/run-commands.ts')).runCommands,
};

/** Runs one command line to its end; resolves with the exit code. */
export async function runCommand(argv: readonly string[], host: CommandHost): Promise<number> {
  let parsed: ParsedArguments;
  try {
    parsed = parseArguments(argv, COMMANDS);
  } catch (error) {
    host.writeError(`freezer: ${lineOf(error)}\n`);
    return 2;
  }
  const voice = new Voice(parsed, host);
  try {
    voice.openLog();
    const outcome = await perform(parsed, host, voice);
    await host.writeOut(await resultText(outcome, parsed, host));
    if (outcome.kind === 'done') voice.say(outcome.message);
    return outcome.exitCode ?? 0;
  } catch (error) {
    if (host.signal.aborted) return 130;
    voice.fail(error, `freezer${parsed.command === undefined ? '' : ` ${parsed.command.name}`}`);
    return exitCodeOf(error);
  }
}

async function perform({ command, ...values }: ParsedArguments, host: CommandHost, voice: Voice): Promise<Outcome> {
  if (command === undefined) throw new FreezerError('invalid', "which command? 'freezer help' lists them");
  const commands = await GROUPS[command.name.split('-')[0] ?? '']?.();
  const run = commands?.[command.name];
  if (run === undefined) throw new TypeError(`nothing runs ${command.name}`);
  // Wrong options of the output are said before anything is changed on the server.
  resolveOutput(values, host);
  await using opened = await openClient({
    environment: host.environment,
    values,
    isRoot: host.isRoot,
    onRequest: (text) => voice.explain(text),
    onWarning: (text) => voice.warn(text),
  });
  return await run({
    client: opened.client,
    values,
    signal: host.signal,
    readInput: host.readInput,
    say: (text) => voice.say(text),
    warn: (text) => voice.warn(text),
  });
}

async function resultText(outcome: Outcome, values: GivenValues, host: CommandHost): Promise<string> {
  const output = resolveOutput(values, host);
  if (isGiven(values, 'json')) return jsonText(outcome.document, output.isIndented);
  switch (outcome.kind) {
    case 'list':
      return listText(outcome.list, output);
    case 'show':
      return showText(outcome.show, output);
    case 'text':
      return outcome.text;
    case 'done':
      return '';
  }
}

/** What is said on stderr, and written into the log file. */
class Voice {
  readonly #host: CommandHost;
  #file: string | undefined;
  readonly #isQuiet: boolean;
  readonly #isVerbose: boolean;
  readonly #isDebug: boolean;
  readonly #secrets: readonly string[];

  constructor(values: GivenValues, host: CommandHost) {
    this.#host = host;
    this.#file = textOf(values, 'log-file');
    this.#isQuiet = isGiven(values, 'quiet');
    this.#isDebug = isGiven(values, 'debug');
    this.#isVerbose = this.#isDebug || isGiven(values, 'verbose');
    const given = ['os-password', 'os-token'].flatMap((name) => listOf(values, name));
    const known = ['OS_PASSWORD', 'OS_TOKEN', 'OS_AUTH_TOKEN', 'OS_APPLICATION_CREDENTIAL_SECRET'].map((name) => host.environment[name] ?? '');
    this.#secrets = [...given, ...known].filter((secret) => secret.length >= 4);
  }

  say(text: string): void {
    if (!this.#isQuiet) this.#host.writeError(`${this.#clean(text)}\n`);
    this.#log('INFO', text);
  }

  warn(text: string): void {
    this.#host.writeError(`freezer: warning: ${this.#clean(text)}\n`);
    this.#log('WARNING', text);
  }

  /** A request that was made. */
  explain(text: string): void {
    if (this.#isVerbose) this.#host.writeError(`${this.#clean(text)}\n`);
    this.#log('DEBUG', text);
  }

  fail(error: unknown, who: string): void {
    const line = `${who}: ${lineOf(error)}`;
    const stack = typeof error === 'object' && error !== null && 'stack' in error ? String(error.stack) : '';
    this.#host.writeError(`${this.#clean(line)}\n${this.#isDebug ? `${this.#clean(stack)}\n` : ''}`);
    this.#log('ERROR', line);
  }

  #clean(text: string): string {
    return this.#secrets.reduce((shown, secret) => shown.replaceAll(secret, '***'), text);
  }

  /** Before anything is sent. Fails with `invalid` when the log file cannot be written. */
  openLog(): void {
    if (this.#file === undefined) return;
    try {
      writeFileSync(this.#file, '', { flag: 'a', mode: 0o600 });
    } catch (error) {
      const file = this.#file;
      this.#file = undefined;
      throw new FreezerError('invalid', `--log-file ${file}: it cannot be written (${systemCodeOf(error) ?? messageOf(error)})`, { cause: error });
    }
  }

  #log(level: string, text: string): void {
    if (this.#file === undefined) return;
    const line = `${new Date().toISOString()} ${level} ${this.#clean(text)}\n`;
    try {
      writeFileSync(this.#file, line, { flag: 'a', mode: 0o600 });
    } catch {
      // It could be written when the command began; what the command does counts more than a line about it.
      this.#file = undefined;
    }
  }
}
