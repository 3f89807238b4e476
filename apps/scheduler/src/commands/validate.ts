import { stat } from 'node:fs/promises';
import { FreezerError, messageOf, SILENT } from '@freezer/core';
import { checkJobFiles, placesOf, type ResolvedScheduler, zoneOf } from '@freezer/scheduler';
import { formatJson, printable } from '@freezer/terminal';
import { EXIT } from '../exit-code.ts';
import type { Host } from '../host.ts';

/** `validate [FILE...]`: what is wrong with job files, and when their jobs would run. Exit 1 when one cannot run. */
export async function validateCommand({ settings, parsed, warnings: doubts }: ResolvedScheduler, host: Host): Promise<number> {
  // Of settings, as the scheduler has them in its log: by them the files are read.
  for (const text of doubts) host.complain(`freezer-scheduler: warning: ${printable(text)}\n`);
  const paths = parsed.operands.length > 0 ? parsed.operands : [placesOf(settings, host).jobsDir];
  for (const path of paths) {
    await stat(path).catch((error: unknown) => {
      throw new FreezerError('invalid', `validate: ${path} cannot be read (${messageOf(error)})`, { cause: error });
    });
  }
  const plan = { zone: zoneOf(settings), jitter: settings['scheduler.jitter'], misfireGrace: settings['scheduler.misfire_grace_time'] };
  const checks = (await Promise.all(paths.map((path) => checkJobFiles(path, { plan, now: host.now(), logger: SILENT })))).flat();
  const good = checks.every(({ problems }) => problems.length === 0);
  if (settings.json) host.print(formatJson(checks));
  else {
    for (const { file, problems, warnings, next } of checks) {
      host.print(`${file}: ${problems.length === 0 ? 'good' : 'wrong'}\n`);
      for (const text of problems) host.print(`  ${text}\n`);
      for (const text of warnings) host.print(`  warning: ${text}\n`);
      if (problems.length === 0) host.print(`  next: ${next.length === 0 ? 'as soon as it is started, once' : next.join(', ')}\n`);
    }
    if (checks.length === 0) host.print('no job files (*.conf) are there\n');
  }
  return good ? EXIT.done : EXIT.failed;
}
