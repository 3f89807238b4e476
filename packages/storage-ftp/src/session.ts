import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { abortable, type ByteStream } from '@freezer/core';
import type { Client, FTPResponse } from 'basic-ftp';
import { isRefusal } from './failure.ts';
import { type Entry, entryOfFacts, readListing, showsItself, timeOf } from './listing.ts';

/** What waits between the network and a reader that is slow, twice; more would come ahead of a limit of the rate. */
const SINK_BYTES = 131_072;
const HANDSHAKE_MS = 30_000;

/**
 * One connection that is logged in. It does one thing at a time. A call fails with the server's refusal (`isRefusal`), after which the connection can
 * be used again, or with an error of the connection, after which it cannot.
 */
export class Session {
  readonly #client: Client;
  readonly #features: ReadonlyMap<string, string>;
  readonly #lost = new AbortController();
  #running = 0;
  #refusesModes = false;
  /** When it was last used; by `performance.now()`. */
  usedAt = performance.now();

  constructor(client: Client, features: ReadonlyMap<string, string>) {
    this.#client = client;
    this.#features = features;
    const { ftp } = client;
    const end = ftp.closeWithError.bind(ftp);
    // The library tells the running call by itself only what it takes for an error; no call waits for an answer that cannot come.
    ftp.closeWithError = (error) => {
      end(error);
      this.#lost.abort(error);
    };
  }

  get isUsable(): boolean {
    return !this.#client.closed && this.#running === 0;
  }

  /** Whether the server can say in one answer what a name is. */
  get knowsFacts(): boolean {
    return this.#features.has('MLST');
  }

  /** Ends the connection at once; what it is doing fails. */
  end(): void {
    this.#client.close();
  }

  /** A command with a path, or without. Both stand on one line: callers refuse names with line ends. */
  send(command: string, path?: string): Promise<FTPResponse> {
    return this.#run(() => this.#client.send(path === undefined ? command : `${command} ${path}`));
  }

  /** The size of a file in bytes. */
  size(path: string): Promise<number> {
    return this.#run(() => this.#client.size(path));
  }

  /** When a file was last changed; undefined where the server does not say. */
  async modifiedAt(path: string): Promise<number | undefined> {
    try {
      return timeOf((await this.send('MDTM', path)).message.slice(4));
    } catch (error) {
      if (isRefusal(error)) return undefined;
      throw error;
    }
  }

  /** What a name is, in one answer; only where `knowsFacts`. */
  async facts(path: string): Promise<Entry | undefined> {
    const { message } = await this.send('MLST', path);
    const line = message.split('\n').find((each) => each.includes('=') && !/^\d{3}[ -]/.test(each));
    return line === undefined ? undefined : entryOfFacts(line.trimStart());
  }

  /** Where the next relative path begins. */
  currentFolder(): Promise<string> {
    return this.#run(() => this.#client.pwd());
  }

  /** Whether it is a folder that can be entered. */
  async enters(path: string): Promise<boolean> {
    try {
      await this.send('CWD', path);
      return true;
    } catch (error) {
      if (isRefusal(error)) return false;
      throw error;
    }
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#run(async () => await this.#client.rename(from, to));
  }

  /** Rights are a wish: servers need not know them. */
  async setMode(path: string, mode: number): Promise<void> {
    if (this.#refusesModes) return;
    try {
      await this.send(`SITE CHMOD ${mode.toString(8)}`, path);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      this.#refusesModes = true;
    }
  }

  /** The names in a folder; undefined when it cannot be entered. Given without a path: servers take one for a pattern, or for options. */
  async entries(folder: string): Promise<readonly Entry[] | undefined> {
    if (!(await this.enters(folder))) return undefined;
    try {
      return await this.#entriesHere();
    } catch (error) {
      // It was removed meanwhile.
      if (isRefusal(error) && !(await this.enters(folder))) return undefined;
      throw error;
    }
  }

  /** Writes `body` to a new file; an error of the body itself comes back as it is. */
  async upload(body: ByteStream, path: string): Promise<void> {
    await this.#run(async () => {
      const source = Readable.from(this.#afterHandshake(body), { objectMode: false });
      try {
        await this.#client.uploadFrom(source, path);
      } finally {
        source.destroy();
      }
    });
  }

  /** With TLS: a connection for bytes that is ended before its handshake is over, as an empty body does, breaks off. */
  async *#afterHandshake(body: ByteStream): AsyncGenerator<Uint8Array, void, undefined> {
    const socket = this.#client.ftp.dataSocket;
    if (socket && 'getPeerFinished' in socket && socket.getPeerFinished() === undefined)
      await once(socket, 'secureConnect', { signal: AbortSignal.timeout(HANDSHAKE_MS) });
    yield* body;
  }

  /** The bytes of a file from an offset on. Whoever stops before the end ends the connection: its transfer cannot be taken back. */
  async *download(path: string, offset: number): AsyncGenerator<Uint8Array, void, undefined> {
    const sink = new PassThrough({ highWaterMark: SINK_BYTES });
    const transfer = this.#run(async () => await this.#client.downloadTo(sink, path, offset));
    transfer.catch((error: unknown) => sink.destroy(asError(error)));
    let isOver = false;
    try {
      for await (const chunk of sink) if (chunk.length > 0) yield chunk;
      await transfer;
      isOver = true;
    } catch (error) {
      // The stream broke because the transfer did: its reason is the one to tell.
      await transfer;
      throw error;
    } finally {
      sink.destroy();
      if (!isOver && this.#running > 0) this.end();
    }
  }

  async #entriesHere(): Promise<readonly Entry[]> {
    const text = await this.#listing();
    if (this.#client.availableListCommands[0] !== 'LIST -a' || showsItself(text)) return readListing(text);
    // Nothing, or a server for which '-a' is a name: the plain listing says which.
    const ways = this.#client.availableListCommands;
    this.#client.availableListCommands = ['LIST'];
    try {
      const [some, others] = [readListing(text), readListing(await this.#listing())];
      const names = new Set(some.map(({ name }) => name));
      return [...some, ...others.filter(({ name }) => !names.has(name))];
    } finally {
      this.#client.availableListCommands = ways;
    }
  }

  /** What MLSD, or else LIST, answers of the current folder. */
  async #listing(): Promise<string> {
    return await this.#run(async () => {
      let text = '';
      this.#client.parseList = (raw) => {
        text = raw;
        return [];
      };
      await this.#client.list();
      return text;
    });
  }

  async #run<Result>(call: () => Promise<Result>): Promise<Result> {
    this.#running += 1;
    try {
      return await abortable(call(), this.#lost.signal);
    } finally {
      this.#running -= 1;
      this.usedAt = performance.now();
    }
  }
}

const asError = (error: unknown): Error => new Error('the transfer broke off', { cause: error });
