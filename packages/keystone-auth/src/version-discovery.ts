import * as z from 'zod';

/** One version that a service speaks. */
export interface ServiceVersion {
  /** `[2, 1]` of `v2.1`. */
  readonly number: readonly [number, number];
  /** Highest and lowest microversion, where the service has them. */
  readonly maximum?: readonly [number, number];
  readonly minimum?: readonly [number, number];
  readonly status: string;
  readonly url?: string;
}

const link = z.object({ rel: z.string().nullish(), href: z.string() });
const entry = z.object({
  id: z.string(),
  status: z.string().nullish(),
  links: z.array(link).nullish(),
  version: z.string().nullish(),
  max_version: z.string().nullish(),
  min_version: z.string().nullish(),
});
// Keystone nests its list in `values`, an address below a version shows that one alone, all others have a plain list.
const documents = z.union([
  z.object({ versions: z.object({ values: z.array(z.unknown()) }) }).transform(({ versions }) => versions.values),
  z.object({ versions: z.array(z.unknown()) }).transform(({ versions }) => versions),
  z.object({ version: z.unknown() }).transform(({ version }) => [version]),
]);

/** What a version document lists, newest first; `undefined` when it is none. */
export function versionsFrom(document: unknown): readonly ServiceVersion[] | undefined {
  const parsed = documents.safeParse(document);
  if (!parsed.success) return undefined;
  return parsed.data
    .map((each) => entry.safeParse(each))
    .flatMap((each) => (each.success ? (versionOf(each.data) ?? []) : []))
    .sort((a, b) => b.number[0] - a.number[0] || b.number[1] - a.number[1]);
}

function versionOf(version: z.infer<typeof entry>): ServiceVersion | undefined {
  const number = versionNumber(version.id);
  if (number === undefined) return undefined;
  const maximum = versionNumber(version.version ?? version.max_version ?? '');
  const minimum = versionNumber(version.min_version ?? '');
  const url = (version.links?.find((each) => each.rel === 'self') ?? version.links?.[0])?.href;
  return {
    number,
    status: (version.status ?? '').toLowerCase(),
    ...(maximum && { maximum }),
    ...(minimum && { minimum }),
    ...(url !== undefined && { url }),
  };
}

/** `[3, 0]` of `3`, `v3` and `v3.0`. */
export function versionNumber(text: string): readonly [number, number] | undefined {
  const match = /^v?(\d+)(?:\.(\d+))?$/i.exec(text.trim());
  return match === null ? undefined : [Number(match[1]), Number(match[2] ?? 0)];
}

/** The newest version of that major, not marked as gone, that reaches the wanted minor or microversion. */
export function chooseVersion(versions: readonly ServiceVersion[], wanted: readonly [number, number]): ServiceVersion | undefined {
  const [major, minor] = wanted;
  return versions.find(({ number, maximum, minimum, status }) => {
    if (number[0] !== major || status === 'experimental' || status === 'unsupported') return false;
    const newest = maximum?.[0] === major ? maximum[1] : number[1];
    const oldest = minimum?.[0] === major ? minimum[1] : 0;
    return minor <= newest && (minor === 0 || minor >= oldest);
  });
}

/** A catalog URL in three parts: before the version, the version, and after it (`/PROJECT`). */
export function splitVersion(url: string): { readonly base: string; readonly version?: readonly [number, number]; readonly rest: string } {
  const match = /^(https?:\/\/[^/]+(?:\/[^?#]*?)?)\/(v\d+(?:\.\d+)?)(\/[^?#]*)?$/i.exec(url);
  const version = match === null ? undefined : versionNumber(match[2] ?? '');
  if (match === null || version === undefined) return { base: url.replace(/\/+$/, ''), rest: '' };
  return { base: match[1] ?? '', version, rest: (match[3] ?? '').replace(/\/+$/, '') };
}

/**
 * The address of a version: host and leading path of the catalog, last part of the link.
 * Services behind a proxy publish links to themselves, which callers cannot reach.
 */
export function versionUrl(base: string, version: ServiceVersion): string {
  const path = version.url !== undefined && URL.canParse(version.url) ? new URL(version.url).pathname.replace(/\/+$/, '') : '';
  const last = /[^/]+$/.exec(path)?.[0];
  return `${base}/${last !== undefined && versionNumber(last) !== undefined ? last : `v${version.number[0]}`}`;
}
