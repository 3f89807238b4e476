import { type ByteStream, type CallOptions, displayPath, FreezerError, type Logger, messageOf, type OpenStage, type ProgramStage } from '@freezer/core';
import { type Chain, failureOf, runChain } from '@freezer/subprocess';
import { printable } from '@freezer/terminal';
import { programsOf, wholeEnvironment } from '../exec/run-command.ts';
import { wordHider } from './hide-words.ts';

const TAIL_LINES = 5;
const TAIL_CHARS = 500;

export interface CommandOutputRequest {
  /** Of the file that the output becomes. */
  readonly name: string;
  readonly command: string;
  /** Hand the text to `/bin/sh -c`. */
  readonly shell: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly logger: Logger;
}

/**
 * What the programs of a command write, joined by pipes, with nothing on standard input. The bytes end only when every program ended with 0;
 * else they fail, in one line with how it ended and what it said last, without secrets.
 */
export class CommandOutput {
  readonly stage: OpenStage;
  readonly #request: CommandOutputRequest;
  readonly #hide: (text: string) => string;
  readonly #tail: string[] = [];
  #chain: Chain | undefined;

  /** Fails with `invalid` when the command cannot be taken apart. */
  constructor(request: CommandOutputRequest) {
    this.#request = request;
    const words = this.#words().flat();
    this.#hide = wordHider({ ...request, words });
    this.stage = { kind: 'open', name: request.name, open: (options) => this.#bytes(options) };
  }

  /** Stops what still runs, and waits until it has ended. Idempotent. */
  async stop(): Promise<void> {
    this.#chain?.stop('at once');
    await this.#chain?.exits.catch(() => undefined);
  }

  #words(): readonly (readonly string[])[] {
    try {
      return programsOf(this.#request);
    } catch (error) {
      if (!FreezerError.is(error)) throw error;
      throw new FreezerError(error.code, error.message.replace('--command', '--stdin-command'), { cause: error });
    }
  }

  #programs(): readonly ProgramStage[] {
    const env = wholeEnvironment(this.#request.environment);
    return this.#words().map(([command = '', ...args]) => ({
      kind: 'program',
      name: command,
      command,
      args,
      env,
      onStderrLine: (line) => this.#hear(command, line),
    }));
  }

  #hear(program: string, line: string): void {
    const text = this.#hide(printable(displayPath(line)).trim());
    if (text === '') return;
    this.#request.logger.info({ program }, `--stdin-command says: ${text}`);
    this.#tail.push(text);
    if (this.#tail.length > TAIL_LINES) this.#tail.shift();
  }

  async *#bytes({ signal }: CallOptions): ByteStream {
    const programs = this.#programs();
    const chain = runChain({ programs }, { signal });
    this.#chain = chain;
    try {
      yield* chain.output;
    } catch (error) {
      signal?.throwIfAborted();
      throw new FreezerError(FreezerError.is(error) ? error.code : 'unexpected', `--stdin-command: ${messageOf(error)}`, { cause: error });
    }
    const failure = failureOf(await chain.exits, programs, 'end');
    signal?.throwIfAborted();
    if (failure !== undefined) throw new FreezerError('unexpected', this.#failureText(failure), { details: failure.details });
  }

  #failureText({ details, message }: FreezerError): string {
    const { program = '', code, signal } = details;
    const how = code !== undefined ? `${program} ended with ${code}` : signal !== undefined ? `${program} was killed by ${signal}` : message;
    const said = this.#tail.join(' | ');
    const tail = said.length > TAIL_CHARS ? `…${said.slice(-TAIL_CHARS)}` : said;
    return `--stdin-command: ${how}${tail === '' ? '' : `: ${tail}`}`;
  }
}
