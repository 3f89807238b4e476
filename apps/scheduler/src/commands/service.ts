import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { FreezerError, messageOf } from '@freezer/core';
import { EXIT } from '../exit-code.ts';
import type { Host } from '../host.ts';

const NAME = 'FreezerService';

/** The command line that makes the service of Windows start, as one text, as sc.exe wants it. */
function serviceBinary(node: string, script: string): string {
  return `"${node}" "${script}" --no-daemon start`;
}

/** What sc.exe is called with. */
export function serviceCalls(word: string, node: string, script: string): readonly (readonly string[])[] {
  if (word === 'remove') {
    return [
      ['stop', NAME],
      ['delete', NAME],
    ];
  }
  return [
    ['create', NAME, 'binPath=', serviceBinary(node, script), 'DisplayName=', 'Freezer Service', 'start=', 'delayed-auto'],
    ['description', NAME, 'Runs the backup jobs of Freezer when they are due'],
    ['failure', NAME, 'reset=', '86400', 'actions=', 'restart/10000/restart/60000/restart/300000'],
  ];
}

/** `service install | remove`: the service of Windows, by sc.exe. Elsewhere it says what to use instead. */
export async function serviceCommand(operands: readonly string[], host: Host): Promise<number> {
  const [word, extra] = operands;
  if ((word !== 'install' && word !== 'remove') || extra !== undefined) throw new FreezerError('invalid', 'usage: freezer-scheduler service install | remove');
  if (host.platform !== 'win32') {
    host.complain('freezer-scheduler: service is for Windows; here use the systemd unit freezer-scheduler.service that comes with this package\n');
    return EXIT.unsupported;
  }
  for (const call of serviceCalls(word, process.execPath, host.script)) {
    try {
      const { stdout } = await promisify(execFile)('sc.exe', [...call]);
      host.print(stdout);
    } catch (error) {
      // A service that does not run cannot be stopped; that is no reason to keep it.
      if (call[0] !== 'stop') throw new FreezerError('unexpected', `sc.exe ${call[0]}: ${messageOf(error)}`, { cause: error });
    }
  }
  return EXIT.done;
}
