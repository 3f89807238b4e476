import { describe, expect, test } from '@jest/globals';
import { priorityOf } from './priority.ts';

const given = (settings: Partial<Parameters<typeof priorityOf>[0]>) =>
  priorityOf({ max_priority: false, nice: undefined, ionice_class: undefined, ionice_level: undefined, ...settings });

describe('the priority that is asked for', () => {
  test.each<[Parameters<typeof given>[0], ReturnType<typeof priorityOf>]>([
    [{}, { nice: undefined, ioClass: undefined, ioLevel: undefined }],
    [{ max_priority: true }, { nice: -19, ioClass: 'realtime', ioLevel: 0 }],
    [
      { max_priority: true, nice: -5, ionice_class: 'best-effort' },
      { nice: -5, ioClass: 'best-effort', ioLevel: undefined },
    ],
    [
      { nice: 19, ionice_class: 'idle', ionice_level: 3 },
      { nice: 19, ioClass: 'idle', ioLevel: undefined },
    ],
    [{ ionice_level: 7 }, { nice: undefined, ioClass: 'best-effort', ioLevel: 7 }],
  ])('%j', (settings, priority) => {
    expect(given(settings)).toEqual(priority);
  });
});
