import { expect, test } from '@jest/globals';
import type { SchedulerSettings } from './scheduler-table.ts';
import { hostZone, zoneWarning } from './zone.ts';

const settingsWith = (zone?: string) => ({ 'scheduler.timezone': zone }) as Partial<SchedulerSettings> as SchedulerSettings;

test('an empty TZ, and one that is no zone, stand for UTC', () => {
  expect(hostZone('Etc/Unknown')).toBe('UTC');
  expect(hostZone(undefined)).toBe('UTC');
  expect(hostZone('Europe/Berlin')).toBe('Europe/Berlin');
});

test.each(['CET-1CEST,M3.5.0,M10.5.0/3', 'EST5', '<+03>-3', 'Mars/Phobos', '/srv/copy'])('TZ=%s, which is taken for UTC, is warned of', (tz) => {
  expect(zoneWarning(settingsWith(), tz, 'UTC')).toContain(`TZ=${tz} is no name of a zone: times that name none are read as UTC`);
  expect(zoneWarning(settingsWith('Europe/Berlin'), tz, 'UTC')).toBeUndefined();
});

test.each([undefined, '', ':', 'UTC', 'UTC0', 'GMT0', 'Etc/UTC', ':Etc/GMT', 'Zulu'])('TZ=%s means UTC, and nothing is said', (tz) => {
  expect(zoneWarning(settingsWith(), tz, 'UTC')).toBeUndefined();
});

test('of a TZ that names a zone nothing is said', () => {
  expect(zoneWarning(settingsWith(), 'Europe/Berlin', 'Europe/Berlin')).toBeUndefined();
});
