import { expect, test } from '@jest/globals';
import { endpointInterface, findEndpoint } from './catalog.ts';

const at = (kind: 'public' | 'internal' | 'admin', region: string, url: string) => ({ interface: kind, region, url });
const catalog = [
  { type: 'identity', name: 'keystone', endpoints: [at('public', 'One', 'http://k')] },
  { type: 'volumev2', name: 'cinder2', endpoints: [at('public', 'One', 'http://c2')] },
  { type: 'volumev3', name: 'cinder3', endpoints: [at('public', 'One', 'http://c3')] },
  {
    type: 'object-store',
    name: 'swift',
    endpoints: [at('public', 'One', 'http://s1'), at('internal', 'One', 'http://s1i'), at('internal', 'Two', 'http://s2i')],
  },
  { type: 'object-store', name: 'ceph', endpoints: [at('public', 'Two', 'http://ceph')] },
];

test.each([
  ['public by default', { type: 'object-store' }, 'http://s1'],
  ['by region', { type: 'object-store', region: 'Two' }, 'http://ceph'],
  ['by interface', { type: 'object-store', interface: 'internal' as const }, 'http://s1i'],
  ['by preference', { type: 'object-store', region: 'Two', interface: ['admin', 'internal'] as const }, 'http://s2i'],
  ['by name', { type: 'object-store', name: 'ceph' }, 'http://ceph'],
  ['the official type finds the newest of the old ones', { type: 'block-storage' }, 'http://c3'],
  ['an old type finds itself', { type: 'volumev2' }, 'http://c2'],
])('%s', (_name, query, url) => {
  expect(findEndpoint(catalog, query)).toBe(url);
});

test.each([
  ['no such type', { type: 'compute' }, 'find the compute service: the catalog does not have it; it has identity, object-store, volumev2, volumev3'],
  ['no such name', { type: 'object-store', name: 'x' }, "find the object-store service: none is named 'x'; there is ceph, swift"],
  ['no such region', { type: 'object-store', region: 'three' }, "find the object-store service: it is not in region 'three'; it is in One, Two"],
  [
    'no such interface',
    { type: 'identity', interface: ['admin', 'internal'] as const },
    'find the identity service: it has no admin or internal endpoint; it has public',
  ],
])('%s is not_found and says what there is', (_name, query, message) => {
  expect(() => findEndpoint(catalog, query)).toThrow(expect.objectContaining({ code: 'not_found', message }));
});

test('an empty catalog says why', () => {
  expect(() => findEndpoint([], { type: 'compute' })).toThrow('find the compute service: the catalog is empty; an unscoped token has none');
});

test.each([
  ['publicURL', 'public'],
  ['Internal', 'internal'],
  [' adminurl ', 'admin'],
  ['pub', undefined],
  ['', undefined],
])('%p is the interface %p', (text, name) => {
  expect(endpointInterface(text)).toBe(name);
});
