import { FreezerError } from '@freezer/core';
import { zoneByName } from '@freezer/settings';
import { complain, isReaderGone, outputFailure } from '@freezer/terminal';
import { runCommand } from './run-command.ts';

/** The command in this process: signals, streams, environment. Resolves with the exit code. */
export async function runProcess(argv: readonly string[], version: string): Promise<number> {
  zoneByName(process.env);
  const stop = new AbortController();
  let code = 130;
  const interrupt = (signal: NodeJS.Signals) => {
    code = signal === 'SIGTERM' ? 143 : 130;
    stop.abort();
  };
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  // The write that failed says so itself.
  process.stdout.on('error', () => undefined);
  const exitCode = await runCommand(argv, {
    version,
    environment: process.env,
    isRoot: process.getuid?.() === 0,
    columns: process.stdout.isTTY ? process.stdout.columns : undefined,
    writeOut,
    writeError: complain,
    readInput: readStandardInput,
    signal: stop.signal,
  });
  return stop.signal.aborted ? code : exitCode;
}

/** `freezer job-list | head -1` ends us quietly; a full disk does not. */
function writeOut(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    if (text === '') return resolve();
    process.stdout.write(text, (error) => {
      if (!error || isReaderGone(error)) resolve();
      else reject(new FreezerError('unavailable', outputFailure(error), { cause: error }));
    });
  });
}

async function readStandardInput(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
