import { pathToFileURL } from 'node:url';
import { expect } from '@jest/globals';
import type { Lab } from '../harness/lab.ts';
import { type Options, ourArguments, ourEnvironment } from '../harness/our-agent.ts';
import { type Ended, type Started, startProgram } from '../harness/run-program.ts';

/** What a run has besides its command line. */
export interface Surroundings {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** A program with arguments that starts the agent, such as `setpriv`. */
  readonly through?: readonly string[];
}

/** Starts the agent on the set of a lab. */
export function startAgent(lab: Lab, action: string, options: Options, { env, cwd, through = [] }: Surroundings = {}): Started {
  const [command = '', ...rest] = [...through, process.execPath, ...ourArguments(lab, action, options)];
  return startProgram(command, rest, { cwd: cwd ?? lab.root, env: { ...ourEnvironment(lab), ...env } });
}

export const runAgent = (lab: Lab, action: string, options: Options, surroundings?: Surroundings): Promise<Ended> =>
  startAgent(lab, action, options, surroundings).ended;

/** Runs the agent, which has to end with 0; resolves to what it printed as JSON. */
export async function mustAgent<Printed>(lab: Lab, action: string, options: Options, surroundings?: Surroundings): Promise<Printed> {
  const ended = await runAgent(lab, action, ['--json', ...options], surroundings);
  expect(ended).toMatchObject({ code: 0 });
  return JSON.parse(ended.stdout) as Printed;
}

/** One line for people that says what went wrong, and no line of a stack. */
export function expectOneLine({ stderr, stdout }: Ended): string {
  expect(stderr).toMatch(/^Critical Error: [^\n]+\n$/);
  expect(stderr + stdout).not.toMatch(/\n\s+at .+:\d+:\d+/);
  return stderr.trimEnd();
}

/** The environment of an agent into whose process a module is loaded first. */
export const preloading = (module: string): NodeJS.ProcessEnv => ({ NODE_OPTIONS: `--import ${pathToFileURL(module).href}` });
