import { dateOf, HOST, type Lab, NAME } from './lab.ts';
import type { Options } from './our-agent.ts';
import { type Ended, runProgram, type Started, startProgram } from './run-program.ts';

/** Debian's python3-freezer. */
const AGENT = '/usr/bin/freezer-agent';

/** It wants the names of OpenStack to exist, and connects to nothing when the storage is local. */
function pythonEnvironment(lab: Lab): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    HOME: lab.home,
    TZ: 'UTC',
    OS_AUTH_URL: 'http://127.0.0.1:9/v3',
    OS_USERNAME: 'x',
    OS_PASSWORD: 'x',
    OS_PROJECT_NAME: 'x',
    OS_USER_DOMAIN_NAME: 'Default',
    OS_PROJECT_DOMAIN_NAME: 'Default',
    OS_IDENTITY_API_VERSION: '3',
  };
}

const pythonArguments = (lab: Lab, action: string, options: Options): string[] => [
  ...['--action', action, '--storage', 'local', '-C', lab.store, '--hostname', HOST, '-N', NAME, '--log-file', `${lab.root}/python.log`],
  ...options,
];

/** Runs Python's agent to its end, whatever that is. */
export const python = (lab: Lab, action: string, options: Options = []): Promise<Ended> =>
  runProgram(AGENT, pythonArguments(lab, action, options), { cwd: lab.root, env: pythonEnvironment(lab) });

/** Starts it; `path` goes before the search path of programs. */
export const startPython = (lab: Lab, action: string, options: Options, path?: string): Started => {
  const env = pythonEnvironment(lab);
  return startProgram(AGENT, pythonArguments(lab, action, options), {
    cwd: lab.root,
    env: path === undefined ? env : { ...env, PATH: `${path}:${env['PATH']}` },
  });
};

export async function pythonSucceeds(lab: Lab, action: string, options: Options = []): Promise<void> {
  const { code, signal, stdout, stderr } = await python(lab, action, options);
  if (code !== 0) throw new Error(`Python's agent: ${action} ${options.join(' ')} ended with ${code ?? signal}:\n${stdout}${stderr}`);
}

/** A level of the lab's source, an increment where there is a base. Resolves to its time. */
export async function pythonBackup(lab: Lab, options: Options = [], source: string = lab.source): Promise<number> {
  await lab.tick();
  await pythonSucceeds(lab, 'backup', ['--nosync', '-F', source, ...options]);
  return (await lab.newest()).t;
}

/** Restores the newest point, or that of a time, into a folder that does not exist yet; resolves to that. */
export async function pythonRestore(lab: Lab, t?: number, options: Options = []): Promise<string> {
  const target = lab.target();
  await pythonSucceeds(lab, 'restore', ['--restore-abs-path', target, ...(t === undefined ? [] : ['--restore-from-date', dateOf(t)]), ...options]);
  return target;
}
