import { FreezerError, type RetryPolicy, SILENT } from '@freezer/core';
import { fingerprint, sampleBytes } from '@freezer/testing';
import { expect } from '@jest/globals';
import { openSwiftStorage } from '../src/open-storage.ts';
import { readSwiftSettings } from '../src/options.ts';
import type { SwiftStorage } from '../src/swift-storage.ts';
import { FakeSwift, type Fault } from './fake-swift.ts';

/** A large object of eleven segments. */
export const DATA = 'data/tar/host_set/1/0_1/data';
export const SIZE = 1_050_000;
export const SEGMENT = 100_000;
export const SEGMENTS = /\/segments\/\d{8}$/;

/** A storage on a server of the test's own, to which things happen. Waiting takes no time, unless a policy says so. */
export class FaultBench implements AsyncDisposable {
  readonly swift: FakeSwift;
  /** Milliseconds that were waited before calls were made again. */
  readonly waits: number[] = [];
  #storage: SwiftStorage | undefined;

  private constructor(swift: FakeSwift) {
    this.swift = swift;
  }

  static async start(): Promise<FaultBench> {
    const bench = new FaultBench(await FakeSwift.start());
    await bench.open();
    return bench;
  }

  get storage(): SwiftStorage {
    if (this.#storage === undefined) throw new TypeError('the storage is not open');
    return this.#storage;
  }

  /** Opens it anew, with other settings. */
  async open(more: Readonly<Record<string, unknown>> = {}, policy?: RetryPolicy): Promise<SwiftStorage> {
    await this.#storage?.close();
    this.#storage = undefined;
    const settings = readSwiftSettings(this.swift.settings({ max_segment_size: SEGMENT, swift_timeout: 30, ...more }));
    const clock = { now: () => Date.now(), sleep: async (milliseconds: number) => void this.waits.push(milliseconds) };
    const deps = { logger: SILENT, run: { id: 'run', owner: Buffer.from('me') } };
    this.#storage = await openSwiftStorage(settings, deps, { policy: policy ?? { clock } });
    return this.#storage;
  }

  /** Whether `DATA` is there, with all its segments and no other. */
  async isWhole(): Promise<void> {
    expect(await fingerprint(this.storage.get(DATA))).toBe(await fingerprint(sampleBytes(SIZE)));
    expect((await this.storage.stat(DATA))?.size).toBe(SIZE);
    expect([...this.swift.objects.keys()].filter((name) => SEGMENTS.test(name))).toHaveLength(11);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#storage?.close();
    await this.swift[Symbol.asyncDispose]();
  }
}

/** A fault that happens to the first so many requests that fit. */
export function times(count: number, method: string, pattern: RegExp, fault: Fault): Fault {
  let left = count;
  return (arrived, response) => {
    if (arrived.method !== method || !pattern.test(arrived.path) || left === 0) return false;
    left -= 1;
    return fault(arrived, response) ?? true;
  };
}

export const answers =
  (status: number, headers: Readonly<Record<string, string>> = {}): Fault =>
  ({ request }, response) => {
    request.resume();
    response.writeHead(status, { ...headers, connection: 'close' }).end('<html><h1>Sorry</h1></html>');
    return true;
  };

export const cutsAfter =
  (bytes: number): Fault =>
  ({ request }) => {
    let seen = 0;
    request.on('data', (chunk: Buffer) => {
      seen += chunk.length;
      if (seen >= bytes) request.socket.destroy();
    });
    if (bytes === 0) request.socket.destroy();
    return true;
  };

/** The `FreezerError` by which a call fails. */
export async function failureOf(call: () => Promise<unknown>): Promise<FreezerError> {
  try {
    await call();
  } catch (error) {
    if (FreezerError.is(error)) return error;
    throw error;
  }
  throw new TypeError('the call did not fail');
}
