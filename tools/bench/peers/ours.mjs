import { quote } from './quote.mjs';

/** Our agent, as it was built for this run. */
export function ours({ place, source, passFile, agent, variant }) {
  const secret = variant.encrypted ? ['--encrypt-pass-file', passFile] : [];
  const run = (action, ...options) =>
    quote(
      process.execPath,
      agent,
      action,
      '--storage',
      'local',
      '--container',
      place.store,
      '--hostname',
      'bench',
      '--backup-name',
      'tree',
      '--state-dir',
      place.state,
      ...options,
    );
  const backup = () => run('backup', '--path-to-backup', source, '--incremental', '--nosync', '--compression', variant.compression, ...secret);
  return {
    full: backup,
    increment: backup,
    list: () => run('list'),
    restore: (target) => run('restore', '--restore-abs-path', target, ...secret),
    restoredBelow: (target) => target,
  };
}
