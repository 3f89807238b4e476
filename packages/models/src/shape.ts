/**
 * Shapes of the documents that every run of the agent reads. Zod says the same in fewer words, and costs a short run 40 ms of CPU: a third
 * of what listing a storage takes.
 */

/** Says what is wrong with a value and where, or undefined: nothing. `at` is its path: `objects.data`. */
export type Check = (value: unknown, at: string) => string | undefined;

/** A check for each key of a type, so that none is forgotten. */
export type Shape<Type> = { readonly [Key in keyof Type]-?: Check };

const must =
  (fits: (value: unknown) => boolean, expected: string): Check =>
  (value, at) =>
    fits(value) ? undefined : `${at}: must be ${expected}`;

export const text: Check = must((value) => typeof value === 'string', 'a text');
export const someText: Check = must((value) => typeof value === 'string' && value !== '', 'a text that is not empty');
export const truth: Check = must((value) => typeof value === 'boolean', 'true or false');
/** Exact in JavaScript. */
export const count: Check = must((value) => Number.isSafeInteger(value) && Number(value) >= 0, 'a whole number, 0 or more');
/** UTC, ISO 8601 with `Z`. */
export const instant: Check = must(isInstant, 'a time as 2026-11-21T06:51:24Z');

function isInstant(value: unknown): boolean {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z$/.test(value)) return false;
  const time = Date.parse(value);
  // 31 February is 3 March to V8.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value.slice(0, 16));
}

export const matching = (pattern: RegExp, expected: string): Check => must((value) => typeof value === 'string' && pattern.test(value), expected);

export const oneOf = (...allowed: readonly (string | number)[]): Check => must((value) => allowed.some((one) => one === value), `one of ${allowed.join(', ')}`);

export const optional =
  (check: Check): Check =>
  (value, at) =>
    value === undefined ? undefined : check(value, at);

export const nullable =
  (check: Check): Check =>
  (value, at) =>
    value === null ? undefined : check(value, at);

export const listOf =
  (check: Check): Check =>
  (value, at) => {
    if (!Array.isArray(value)) return `${at}: must be a list`;
    for (const [index, item] of value.entries()) {
      const wrong = check(item, `${at}.${index}`);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  };

/** Keys that are not known are let through. */
export const object =
  <Type>(shape: Shape<Type>): Check =>
  (value, at) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return `${at || 'document'}: must be an object`;
    const found = value as Readonly<Record<string, unknown>>;
    for (const [key, check] of Object.entries<Check>(shape)) {
      const wrong = check(Object.hasOwn(found, key) ? found[key] : undefined, at === '' ? key : `${at}.${key}`);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  };
