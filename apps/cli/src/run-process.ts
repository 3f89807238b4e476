import { runCommand } from './run-command.ts';

/** The command in this process: signals, streams, environment. Resolves with the exit code. */
export async function runProcess(argv: readonly string[], version: string): Promise<number> {
  const stop = new AbortController();
  let code = 130;
  const interrupt = (signal: NodeJS.Signals) => {
    code = signal === 'SIGTERM' ? 143 : 130;
    stop.abort();
  };
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  // `freezer job-list | head -1` ends us quietly.
  let isPipeGone = false;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    isPipeGone = true;
  });
  const exitCode = await runCommand(argv, {
    version,
    environment: process.env,
    isRoot: process.getuid?.() === 0,
    columns: process.stdout.isTTY ? process.stdout.columns : undefined,
    writeOut: (text) => new Promise((resolve) => (text === '' || isPipeGone ? resolve() : void process.stdout.write(text, () => resolve()))),
    writeError: (text) => void process.stderr.write(text),
    readInput: readStandardInput,
    signal: stop.signal,
  });
  return stop.signal.aborted ? code : exitCode;
}

async function readStandardInput(): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
