import type { CatalogService, EndpointInterface } from './identity.ts';
import { KeystoneError } from './keystone-error.ts';

/** Types that name the same service; the first is today's official one. Clouds write any of them. */
const SAME_SERVICE: readonly (readonly string[])[] = [
  ['block-storage', 'block-store', 'volumev3', 'volumev2', 'volume'],
  ['backup', 'freezer'],
  ['compute', 'computev21'],
  ['image', 'images'],
  ['object-store', 'object-storage'],
];

export interface EndpointQuery {
  /** `object-store`, `compute`, `backup`, …; other names of the same service are found too, the exact one first. */
  readonly type: string;
  /** Only a service of this name. */
  readonly name?: string;
  readonly region?: string;
  /** One, or several in order of preference; default `public`. */
  readonly interface?: EndpointInterface | readonly EndpointInterface[];
}

/** The URL as it stands in the catalog. Throws `not_found`, naming what the catalog has instead. */
export function findEndpoint(catalog: readonly CatalogService[], query: EndpointQuery): string {
  const wanted = typeof query.interface === 'string' ? [query.interface] : (query.interface ?? ['public']);
  const services = namesOf(query.type).flatMap((type) => catalog.filter((each) => each.type === type));
  const named = services.filter((each) => query.name === undefined || each.name === query.name);
  for (const service of named) {
    const here = service.endpoints.filter((each) => query.region === undefined || each.region === query.region);
    for (const kind of wanted) {
      const found = here.find((each) => each.interface === kind);
      if (found !== undefined) return found.url;
    }
  }
  throw new KeystoneError('not_found', `find the ${query.type} service: ${reasonOf(catalog, services, named, query, wanted)}`);
}

/** `publicURL`, `public`, `Internal` as the three names; `undefined` for anything else. */
export function endpointInterface(text: string): EndpointInterface | undefined {
  const name = text.trim().toLowerCase().replace(/url$/, '');
  return name === 'public' || name === 'internal' || name === 'admin' ? name : undefined;
}

function namesOf(type: string): readonly string[] {
  const others = SAME_SERVICE.find((names) => names.includes(type)) ?? [];
  return [type, ...others.filter((each) => each !== type)];
}

function reasonOf(
  catalog: readonly CatalogService[],
  services: readonly CatalogService[],
  named: readonly CatalogService[],
  query: EndpointQuery,
  wanted: readonly string[],
): string {
  if (catalog.length === 0) return 'the catalog is empty; an unscoped token has none';
  if (services.length === 0) return `the catalog does not have it; it has ${listOf(catalog.map((each) => each.type))}`;
  if (named.length === 0) return `none is named '${query.name}'; there is ${listOf(services.map((each) => each.name))}`;
  const endpoints = named.flatMap((each) => each.endpoints);
  const regions = endpoints.map((each) => each.region);
  if (query.region !== undefined && !regions.includes(query.region)) return `it is not in region '${query.region}'; it is in ${listOf(regions)}`;
  const kinds = endpoints.filter((each) => query.region === undefined || each.region === query.region).map((each) => each.interface);
  return `it has no ${wanted.join(' or ')} endpoint; it has ${listOf(kinds)}`;
}

function listOf(names: readonly string[]): string {
  const once = [...new Set(names)].sort();
  return once.length === 0 ? 'none' : once.slice(0, 20).join(', ') + (once.length > 20 ? ', …' : '');
}
