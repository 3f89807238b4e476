import { describe, it } from '@jest/globals';

/** One promise of a contract, and how to try it. Runs under jest, or by hand against a double that is known to be broken. */
export interface ContractCase<Bench> {
  readonly name: string;
  /** Rejects when the promise is not kept. */
  readonly run: (bench: Bench) => Promise<void>;
}

/** Cases that an implementation cannot pass, by name, each with the reason. A waived case is a skipped test that tells it. */
export type Waivers = Readonly<Record<string, string>>;

/** Makes a suite of cases. `set up` gives what a case needs, and how to clean up after it. */
export function describeCases<Bench>(
  title: string,
  cases: readonly ContractCase<Bench>[],
  { waive = {}, setUp }: { readonly waive?: Waivers | undefined; readonly setUp: () => Promise<{ bench: Bench; cleanUp: () => Promise<void> }> },
): void {
  const unknown = Object.keys(waive).filter((name) => !cases.some((each) => each.name === name));
  if (unknown.length > 0) throw new TypeError(`${title}: no case is named ${unknown.map((name) => `'${name}'`).join(', ')}`);
  describe(title, () => {
    for (const { name, run } of cases) {
      const reason = waive[name];
      if (reason !== undefined) {
        it.skip(`${name} (waived: ${reason})`, () => undefined);
        continue;
      }
      it(name, async () => {
        const { bench, cleanUp } = await setUp();
        try {
          await run(bench);
        } finally {
          await cleanUp();
        }
      });
    }
  });
}
