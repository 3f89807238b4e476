/** What a rule may look at. */
export interface PolicyFacts {
  /** Of the caller: `user_id`, `project_id`, `roles`, ... */
  readonly credentials: Readonly<Record<string, unknown>>;
  /** Of what is asked for: `project_id`. */
  readonly target: Readonly<Record<string, unknown>>;
  /** Another rule, by its name; one that is not there is the rule `default`, else nobody passes. */
  readonly rule: (name: string) => boolean;
}

export type Check = (facts: PolicyFacts) => boolean;

export const everybody: Check = () => true;
export const nobody: Check = () => false;

export const allOf =
  (checks: readonly Check[]): Check =>
  (facts) =>
    checks.every((check) => check(facts));

export const anyOf =
  (checks: readonly Check[]): Check =>
  (facts) =>
    checks.some((check) => check(facts));

export const not =
  (check: Check): Check =>
  (facts) =>
    !check(facts);

type Target = PolicyFacts['target'];

/** Fills in `%(name)s`; undefined when the target has no such name. What can be read before the first request is. */
function filler(text: string): (target: Target) => string | undefined {
  // Texts and names in turns.
  const parts = text.split(/%\(([^)]*)\)s/);
  if (parts.length === 1) return () => text;
  return (target) => {
    let result = '';
    for (const [index, part] of parts.entries()) {
      const value = index % 2 === 0 ? part : Object.hasOwn(target, part) ? target[part] : undefined;
      if (value === undefined || value === null) return undefined;
      result += textOf(value);
    }
    return result;
  };
}

/** `role:admin`: case does not count. */
export function roleCheck(match: string): Check {
  const fill = filler(match);
  return ({ credentials: { roles }, target }) => {
    const wanted = fill(target)?.toLowerCase();
    return wanted !== undefined && Array.isArray(roles) && roles.some((role) => String(role).toLowerCase() === wanted);
  };
}

/**
 * Whether what stands on the left, a literal or something of the caller, is what stands on the right. What the caller does not have is Python's None, where
 * the rule itself names that: a project of the address that is called None is not that of a token without one.
 */
export function valueCheck(kind: string, match: string): Check {
  const literal = literalOf(kind);
  const fill = filler(match);
  const path = kind.split('.');
  return ({ credentials, target }) => {
    const wanted = fill(target);
    if (wanted === undefined) return false;
    if (literal !== undefined) return wanted === literal;
    const found = path.reduce<unknown>(
      (value, name) => (typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined),
      credentials,
    );
    if (Array.isArray(found)) return found.some((each) => textOf(each) === wanted);
    if (found === undefined || found === null) return match === 'None' && path.length === 1 && Object.hasOwn(credentials, kind);
    return textOf(found) === wanted;
  };
}

function textOf(value: unknown): string {
  return typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value);
}

/** Python's literals: 'text', numbers, True, False, None. */
function literalOf(kind: string): string | undefined {
  const quoted = /^(['"])(.*)\1$/.exec(kind);
  if (quoted) return quoted[2];
  return /^(True|False|None|-?\d+)$/.test(kind) ? kind : undefined;
}
