import type { CatalogLevel } from '@freezer/format';

const sizeOf = ({ objects }: CatalogLevel, name: string): number | undefined =>
  (name === 'metadata' ? (objects.get('metadata') ?? objects.get('superseded')) : objects.get(name))?.size;

/** A large object of Swift is listed without a size of its own. */
const isOfParts = ({ objects }: CatalogLevel): boolean => objects.get('data')?.size === 0 && [...objects.keys()].some((name) => name.startsWith('segments/'));

/** In what two levels of one name differ as far as listings tell; undefined: in nothing. For those without a manifest, which are Python's. */
export function listedDifference(own: CatalogLevel, other: CatalogLevel): string | undefined {
  for (const name of ['data', 'engine_metadata', 'metadata'] as const) {
    const [here, there] = [sizeOf(own, name), sizeOf(other, name)];
    if (here === there || (name === 'data' && (isOfParts(own) || isOfParts(other)))) continue;
    if (there === undefined) return `${name} is missing there`;
    return here === undefined ? `${name} is only there` : `${name} has ${there} bytes there and ${here} here`;
  }
  return undefined;
}
