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

/** `%(name)s` filled in; undefined when the target has no such name. */
function filled(text: string, target: Readonly<Record<string, unknown>>): string | undefined {
  let isMissing = false;
  const result = text.replaceAll(/%\(([^)]*)\)s/g, (_whole, name: string) => {
    const value = Object.hasOwn(target, name) ? target[name] : undefined;
    if (value === undefined || value === null) isMissing = true;
    return String(value);
  });
  return isMissing ? undefined : result;
}

/** `role:admin`: case does not count. */
export function roleCheck(match: string): Check {
  return ({ credentials: { roles }, target }) => {
    const wanted = filled(match, target)?.toLowerCase();
    return wanted !== undefined && Array.isArray(roles) && roles.some((role) => String(role).toLowerCase() === wanted);
  };
}

/** Whether what stands on the left, a literal or something of the caller, is what stands on the right. */
export function valueCheck(kind: string, match: string): Check {
  const literal = literalOf(kind);
  return ({ credentials, target }) => {
    const wanted = filled(match, target);
    if (wanted === undefined) return false;
    if (literal !== undefined) return wanted === literal;
    const found = kind
      .split('.')
      .reduce<unknown>(
        (value, name) => (typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined),
        credentials,
      );
    if (Array.isArray(found)) return found.some((each) => textOf(each) === wanted);
    return found !== undefined && found !== null && textOf(found) === wanted;
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
