import { expect, test } from '@jest/globals';
import { zoneByName } from './zone-by-name.ts';

const BERLIN = '/usr/share/zoneinfo/Europe/Berlin';

function realPath(path: string): string {
  if (path === '/srv/zone') return BERLIN;
  if (path === '/srv/copy') return path;
  throw new Error('ENOENT');
}

test.each([
  [':/etc/localtime', undefined],
  ['/etc/localtime', undefined],
  [':/usr/share/zoneinfo/localtime', undefined],
  ['localtime', undefined],
  [BERLIN, 'Europe/Berlin'],
  [`:${BERLIN}`, 'Europe/Berlin'],
  ['/usr/share/zoneinfo/right/America/Argentina/Salta', 'America/Argentina/Salta'],
  ['/srv/zone', 'Europe/Berlin'],
  ['/srv/copy', '/srv/copy'],
  ['/srv/nothing', '/srv/nothing'],
  [':Europe/Berlin', ':Europe/Berlin'],
  ['EST5EDT', 'EST5EDT'],
  ['', ''],
])('TZ=%s is given on as %s', (given, expected) => {
  const environment: Record<string, string | undefined> = { TZ: given };
  zoneByName(environment, realPath);
  expect(environment['TZ']).toBe(expected);
});

test('no TZ stays none', () => {
  const environment = {};
  zoneByName(environment, realPath);
  expect(environment).toEqual({});
});
