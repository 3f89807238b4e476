import type { Scalar } from '../store.ts';

/** What is told of one scalar of a document. */
export interface FoundScalar {
  readonly value: Scalar;
  /** The key under which it stands; undefined when it stands in a list by itself. */
  readonly key: string | undefined;
  /** The keys from the top, joined by dots; undefined when a list is in between, or a key that has a dot itself. */
  readonly path: string | undefined;
}

interface Place {
  readonly value: unknown;
  readonly key: string | undefined;
  readonly path: string | undefined;
}

/** Every scalar of a document, in no particular order. Depth is no matter: nothing here calls itself. */
export function* scalarsOf(document: object): Generator<FoundScalar> {
  const open: Place[] = [{ value: document, key: undefined, path: '' }];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    const { value, key, path } = place;
    if (Array.isArray(value)) {
      for (const each of value) open.push({ value: each, key: undefined, path: undefined });
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, each] of Object.entries(value)) open.push({ value: each, key: name, path: pathBelow(path, name) });
    } else if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      yield { value, key, path };
    }
  }
}

function pathBelow(path: string | undefined, name: string): string | undefined {
  if (path === undefined || name.includes('.')) return undefined;
  return path === '' ? name : `${path}.${name}`;
}

/** What stands at a path from the top, through objects only. */
export function valueAt(document: object, path: string): unknown {
  let value: unknown = document;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}
