import { fileURLToPath } from 'node:url';
import { dateOf, HOST, type Lab, NAME } from './lab.ts';
import { type Ended, runProgram, type Started, startProgram } from './run-program.ts';

/** The built agent; FREEZER_AGENT names another one, such as that of an unpacked tarball. */
export const AGENT = process.env['FREEZER_AGENT'] ?? fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export type Options = readonly string[];

/** Its options for the set of a lab. */
export function ourArguments(lab: Lab, action: string, options: Options): string[] {
  const place = ['--storage', 'local', '-C', lab.store, '--hostname', HOST, '--state-dir', lab.state, '--log-file', `${lab.root}/ours.log`];
  return [AGENT, action, ...place, ...(options.includes('-N') ? [] : ['-N', NAME]), ...options];
}

export function ourEnvironment(lab: Lab): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], HOME: lab.home, TZ: 'UTC' };
}

/** Runs our agent to its end, whatever that is. */
export const ours = (lab: Lab, action: string, options: Options = []): Promise<Ended> =>
  runProgram(process.execPath, ourArguments(lab, action, options), { cwd: lab.root, env: ourEnvironment(lab) });

export const startOurs = (lab: Lab, action: string, options: Options = []): Started =>
  startProgram(process.execPath, ourArguments(lab, action, options), { cwd: lab.root, env: ourEnvironment(lab) });

/** A JSON document that the agent printed. */
export type Printed = Readonly<Record<string, unknown>>;

/** Runs our agent, which has to end with `code`; resolves to what it printed as JSON. */
export async function oursEnds(lab: Lab, code: number, action: string, options: Options = []): Promise<Printed> {
  const ended = await ours(lab, action, ['--json', ...options]);
  if (ended.code !== code)
    throw new Error(`our agent: ${action} ${options.join(' ')} ended with ${ended.code ?? ended.signal}, not ${code}:\n${ended.stdout}${ended.stderr}`);
  const printed: unknown = JSON.parse(ended.stdout === '' ? '{}' : Buffer.from(ended.stdout, 'latin1').toString('utf8'));
  return { ...(typeof printed === 'object' ? printed : { printed }) };
}

/** A level of the lab's source, an increment where there is a base. Resolves to its time. */
export async function ourBackup(lab: Lab, options: Options = [], source: string = lab.source): Promise<number> {
  await lab.tick();
  await oursEnds(lab, 0, 'backup', ['-F', source, '--incremental', ...options]);
  return (await lab.newest()).t;
}

/** Restores the newest point, or that of a time, into a folder that does not exist yet; resolves to that. */
export async function ourRestore(lab: Lab, t?: number, options: Options = []): Promise<string> {
  const target = lab.target();
  await oursEnds(lab, 0, 'restore', ['--restore-abs-path', target, ...(t === undefined ? [] : ['--restore-from-date', dateOf(t)]), ...options]);
  return target;
}
