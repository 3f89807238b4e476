import { expect, it } from '@jest/globals';
import { completedSection } from './storage-sections.ts';

const GENERAL = { os_auth_url: 'https://keystone.test/v3', os_username: 'u', os_cacert: '/ca', insecure: false, swift_timeout: 9 };
const completed = (own: Readonly<Record<string, unknown>>): unknown =>
  completedSection({ name: 's', settings: { storage: 'swift', container: 'c', ...own } }, GENERAL).settings;

it('a section of Swift that says by what servers are judged still takes the account of all', () => {
  expect(completed({ os_cacert: '/own' })).toEqual({ storage: 'swift', container: 'c', ...GENERAL, os_cacert: '/own' });
  expect(completed({ insecure: true })).toMatchObject({ os_username: 'u', insecure: true });
});

it('a section with an account takes nothing of the other', () => {
  expect(completed({ osrc: '/rc' })).toEqual({ storage: 'swift', container: 'c', osrc: '/rc', swift_timeout: 9 });
  expect(completed({ os_username: 'other', insecure: true })).toEqual({
    storage: 'swift',
    container: 'c',
    os_username: 'other',
    insecure: true,
    swift_timeout: 9,
  });
});
