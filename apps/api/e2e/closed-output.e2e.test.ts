import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Place } from './harness/place.ts';
import { manage, PROGRAMS } from './harness/service.ts';

let place: Place;
let configuration: string;
beforeAll(() => {
  place = new Place();
  configuration = place.write('nothing.conf', '[DEFAULT]\nauth = none\n[paste_deploy]\nconfig_file =\n');
});
afterAll(() => place.remove());

/** Runs a program in a script that calls it `"$@"`. */
function inScript(script: string, program: keyof typeof PROGRAMS, words: readonly string[]) {
  const argv = ['-c', script, 'bash', process.execPath, PROGRAMS[program], ...words];
  const { status, stdout, stderr } = spawnSync('bash', argv, { encoding: 'utf8', env: place.environment() });
  return { code: status, out: stdout, err: stderr };
}

const OF_STORE = () => ['--config-file', configuration, '--state-dir', place.state];
const GONE = 'set -o pipefail; "$@" | true';

describe('standard output', () => {
  test.each([
    ['api', ['config-sample']],
    ['api', ['man']],
    ['api', ['--help']],
    ['api', ['--version']],
    ['manage', ['man']],
    ['manage', ['--help']],
    ['manage', ['--version']],
  ] as const)('of freezer-%s %j on a full disk is one line and exit 1; a reader that is gone is no failure', (program, words) => {
    expect(inScript('"$@" > /dev/full', program, words)).toEqual({ code: 1, out: '', err: `freezer-${program}: standard output cannot be written (ENOSPC)\n` });
    expect(inScript(GONE, program, words)).toEqual({ code: 0, out: '', err: '' });
  });

  test('that cannot be written stops no change half way: a store that is made anew is there', () => {
    for (const script of ['"$@" > /dev/full', GONE]) {
      expect(inScript(script, 'manage', ['-y', 'db', 'sync', '-e', ...OF_STORE()]).code).toBe(1);
      expect(manage(place, ['db', 'show']).out).toMatch(/^\[/);
    }
    expect(inScript('"$@" > /dev/full', 'manage', ['db', 'export', ...OF_STORE()])).toMatchObject({
      code: 1,
      err: 'freezer-manage: standard output cannot be written (ENOSPC)\n',
    });
  });

  test('and a standard error that cannot be written leaves the exit code', () => {
    expect(inScript('"$@" 2> /dev/full', 'api', ['completion', 'csh'])).toMatchObject({ code: 2 });
    expect(inScript('"$@" 2> /dev/full', 'manage', ['db', 'nothing', ...OF_STORE()])).toMatchObject({ code: 2 });
    expect(inScript('"$@" 2> /dev/full < /dev/null', 'manage', ['db', 'remove', ...OF_STORE()])).toMatchObject({ code: 1 });
    expect(manage(place, ['db', 'show']).out).toMatch(/^\[/);
  });
});
