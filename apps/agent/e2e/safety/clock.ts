import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lab } from '../harness/lab.ts';
import { preloading, type Surroundings } from './agent-runs.ts';

const MODULE = `
const { now } = Date;
const begun = now();
Date.now = () => Number(process.env.CLOCK_AT) * 1000 + Math.floor((now() - begun) / 1000);
`;

/** Runs at other times than today: the agent reads a clock that stood at `t` (epoch seconds) when it was started, and that a slow machine does not carry into the next second. */
export class Clock {
  readonly #module: string;

  private constructor(module: string) {
    this.#module = module;
  }

  static async open(lab: Lab): Promise<Clock> {
    const module = join(lab.root, 'clock.mjs');
    await writeFile(module, MODULE);
    return new Clock(module);
  }

  at(t: number, env: NodeJS.ProcessEnv = {}): Surroundings {
    return { env: { ...preloading(this.#module), CLOCK_AT: String(t), ...env } };
  }
}

export const DAY = 86_400;
/** 2026-01-05T12:00:00Z, a Monday. */
export const NOON = 1_767_614_400;
