import { expect, test } from '@jest/globals';
import { chooseVersion, splitVersion, versionNumber, versionsFrom, versionUrl } from './version-discovery.ts';

const nova = {
  versions: [
    { id: 'v2.0', status: 'SUPPORTED', version: '', min_version: '', links: [{ rel: 'self', href: 'http://inner:8774/v2/' }] },
    { id: 'v2.1', status: 'CURRENT', version: '2.93', min_version: '2.1', links: [{ rel: 'self', href: 'http://inner:8774/v2.1/' }] },
  ],
};

test('the three forms of a version list', () => {
  const one = { id: 'v3.14', status: 'stable', links: [{ rel: 'self', href: 'http://k/v3/' }] };
  const read = [{ number: [3, 14], status: 'stable', url: 'http://k/v3/' }];
  expect(versionsFrom({ versions: { values: [one] } })).toEqual(read);
  expect(versionsFrom({ versions: [one, { id: 'odd' }, 7] })).toEqual(read);
  expect(versionsFrom({ version: one })).toEqual(read);
  expect(versionsFrom(nova)?.map(({ number }) => number)).toEqual([
    [2, 1],
    [2, 0],
  ]);
});

test.each([undefined, null, 'x', [], {}, { versions: 'x' }])('%j is no version list', (document) => {
  expect(versionsFrom(document)).toBeUndefined();
});

test.each([
  ['2', [2, 1]],
  ['2.1', [2, 1]],
  ['2.93', [2, 1]],
  ['2.94', undefined],
  ['3', undefined],
])('version %s of nova is found at %j', (text, number) => {
  const wanted = versionNumber(text);
  expect(wanted).toBeDefined();
  expect(chooseVersion(versionsFrom(nova) ?? [], wanted ?? [0, 0])?.number).toEqual(number);
});

test.each([
  ['http://h:8776/v3/abc', 'http://h:8776', [3, 0], '/abc'],
  ['https://h/volume/v3/', 'https://h/volume', [3, 0], ''],
  ['http://h:8774/v2.1', 'http://h:8774', [2, 1], ''],
  ['http://h:9292/', 'http://h:9292', undefined, ''],
  ['http://h/image', 'http://h/image', undefined, ''],
])('%s in parts', (url, base, version, rest) => {
  expect(splitVersion(url)).toEqual({ base, rest, ...(version && { version }) });
});

test('the address keeps the host of the catalog, not that of the link', () => {
  const chosen = chooseVersion(versionsFrom(nova) ?? [], [2, 1]);
  expect(chosen && versionUrl('https://outer/compute', chosen)).toBe('https://outer/compute/v2.1');
  expect(versionUrl('http://h', { number: [3, 0], status: '' })).toBe('http://h/v3');
});
