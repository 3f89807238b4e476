import { FreezerError } from '@freezer/core';
import { type CatalogLevel, describeLevel, type ReadManifest } from '@freezer/format';

const NAMED = ['data', 'pieces', 'index', 'engine_metadata', 'state'] as const;

/**
 * What a listing alone tells to be wrong with a level: an object that its manifest names is missing or has another size; without manifest,
 * that there is no data. Reads nothing. Undefined: nothing is.
 */
export function levelFault(level: CatalogLevel, manifest: ReadManifest | undefined): FreezerError | undefined {
  const fault = (object: string, reason: string): FreezerError => new FreezerError('corrupt', `${object} of ${describeLevel(level.id)}: ${reason}`);
  const data = level.objects.get('data');
  if (manifest === undefined) {
    if (data === undefined) return fault('data', 'is missing');
    // A large object of Swift is listed without a size of its own; its parts have theirs.
    const isEmpty = data.size === 0 && ![...level.objects.keys()].some((name) => name.startsWith('segments/'));
    return isEmpty ? fault('data', 'is empty') : undefined;
  }
  const commit = level.superseded ? 'superseded' : 'metadata';
  for (const name of [...NAMED, commit] as const) {
    const expected = manifest.document.objects[name === 'superseded' ? 'metadata' : name]?.size;
    const found = level.objects.get(name);
    if (expected === undefined) continue;
    if (found === undefined) return fault(name, 'is missing');
    const isManifestOfParts = name === 'data' && found.size === 0 && expected > 0 && [...level.objects.keys()].some((key) => key.startsWith('segments/'));
    if (found.size !== expected && !isManifestOfParts) return fault(name, `has ${found.size} bytes instead of ${expected}`);
  }
  return undefined;
}
