import { SILENT, type Storage } from '@freezer/core';
import { describeStorageContract, SwiftServer } from '@freezer/testing';
import { afterAll, beforeAll, jest } from '@jest/globals';
import { type OpenLimits, openSwiftStorage } from './open-storage.ts';
import { swiftStorage } from './swift-plugin.ts';

jest.setTimeout(180_000);

let lab: SwiftServer;
beforeAll(async () => {
  lab = await SwiftServer.start();
}, 180_000);
afterAll(() => lab.stop());

let count = 0;
const WAIVERS = {
  'of two runs with ifAbsent exactly one wins':
    'Swift looks whether an object is there before it takes the bytes, so of two at the same moment both may pass; exclusivePut is false',
  'removeTree hides before it deletes': 'Swift renames nothing: objects go one by one',
};

/** A container of its own for each case. */
function suite(
  name: string,
  settings: () => Record<string, unknown>,
  more: { readonly limits?: OpenLimits; readonly waive?: Record<string, string>; readonly path?: string } = {},
): void {
  const openAs = async (id: string): Promise<Storage> =>
    await openSwiftStorage(
      swiftStorage.settings.parse({ container: `contract-${count}${more.path ?? ''}`, ...settings() }),
      { logger: SILENT, run: { id, owner: Buffer.from(`owner of ${id}`) } },
      more.limits,
    );
  describeStorageContract(name, {
    open: async () => {
      count += 1;
      return await openAs('run-one');
    },
    openAnother: async () => await openAs('run-two'),
    waive: { ...WAIVERS, ...more.waive },
    manyObjects: 120,
  });
}

suite('swift, Keystone', () => lab.settings());
suite('swift, v1 account, below a prefix', () => lab.v1Settings(), { path: '/below/here' });
const REPLACED = {
  'a reader of an object that is replaced sees one whole version': 'the segments of the old version go with it: its reader fails, and sees no mix',
};
const SMALL = { max_segment_size: 300_000, segments_in_flight: 3 };
suite('swift, in segments', () => ({ ...lab.settings(), ...SMALL }), { limits: { wholeBytes: 300_000 }, waive: REPLACED });
suite('swift, in segments below a prefix that a manifest must quote', () => ({ ...lab.settings(), ...SMALL }), {
  limits: { wholeBytes: 300_000 },
  waive: REPLACED,
  path: '/a&b? c%20d',
});
suite('swift, in segments with static manifests', () => ({ ...lab.settings(), ...SMALL, swift_large_objects: 'static' }), {
  limits: { wholeBytes: 300_000 },
  waive: REPLACED,
});
