import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { quote } from './quote.mjs';

/** The agent of OpenStack, where Debian's `freezer-agent` is installed; ours has the same name and is no Python. */
export function pythonFreezer({ place, source, passFile, variant }) {
  // npm puts ours first in the search path.
  const program = '/usr/bin/freezer-agent';
  if (!existsSync(program) || !/^#!.*python/.test(readFileSync(program, 'latin1').slice(0, 200))) return undefined;
  const secret = variant.encrypted ? ['--encrypt-pass-file', passFile] : [];
  const run = (action, ...options) =>
    quote(
      program,
      '--action',
      action,
      '--mode',
      'fs',
      '--engine',
      'tar',
      '--compression',
      'gzip',
      '--storage',
      'local',
      '--container',
      place.store,
      '--hostname',
      'bench',
      '--backup-name',
      'tree',
      '--log-file',
      join(place.state, 'log'),
      '--quiet',
      ...secret,
      ...options,
    );
  const backup = () => run('backup', '--path-to-backup', source, '--max-level', '99', '--nosync');
  return {
    // It asks for an account although a directory needs none; nobody is called.
    env: {
      OS_AUTH_URL: 'http://127.0.0.1:9/v3',
      OS_USERNAME: 'x',
      OS_PASSWORD: 'x',
      OS_PROJECT_NAME: 'x',
      OS_USER_DOMAIN_NAME: 'Default',
      OS_PROJECT_DOMAIN_NAME: 'Default',
      OS_IDENTITY_API_VERSION: '3',
    },
    full: backup,
    increment: backup,
    list: () => run('info'),
    restore: (target) => `mkdir -p ${quote(target)} && ${run('restore', '--restore-abs-path', target)}`,
    restoredBelow: (target) => target,
  };
}
