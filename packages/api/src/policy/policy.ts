import { FreezerError, type Logger, messageOf, SILENT } from '@freezer/core';
import { parse } from 'yaml';
import type { Caller } from '../caller.ts';
import type { Check, PolicyFacts } from './check.ts';
import { LEGACY_RULES, ROUTE_RULES, type RuleName, SECURE_RULES } from './default-rules.ts';
import { parseRule } from './parse-rule.ts';

/** Who may do what. */
export interface Policy {
  /** Whether the caller may do this in a project. */
  allows(rule: RuleName, caller: Caller, projectId: string): boolean;
}

/** A policy file, YAML or JSON: an object of names and rules. */
export interface PolicyText {
  /** For messages. */
  readonly name: string;
  readonly text: string;
}

export interface PolicyOptions {
  /** `secure`: the rules of 2026; `legacy`: the empty rules of 13.0. Default `secure`. */
  readonly preset?: 'secure' | 'legacy';
  /** What differs, the last file counts most. */
  readonly files?: readonly PolicyText[];
  readonly logger?: Logger;
}

const NOBODY: Caller = { userId: '', roles: [] };

/** Reads rules. Fails with `invalid` for what is no rule, refers to nothing or to itself. */
export function createPolicy({ preset = 'secure', files = [], logger = SILENT }: PolicyOptions = {}): Policy {
  const rules: Record<string, unknown> = { ...(preset === 'legacy' ? LEGACY_RULES : SECURE_RULES) };
  for (const file of files) {
    const own = rulesOf(file);
    warnOfUnknown(Object.keys(own), file, logger);
    Object.assign(rules, own);
  }
  const checks = new Map<string, Check>();
  const refers = new Map<string, readonly string[]>();
  for (const [name, rule] of Object.entries(rules)) {
    const parsed = parseRule(name, rule);
    checks.set(name, parsed.check);
    refers.set(name, parsed.refers);
  }
  for (const name of checks.keys()) refuseCycles(name, refers, []);
  const evaluate = (name: string, { credentials, target }: Omit<PolicyFacts, 'rule'>): boolean => {
    const facts: PolicyFacts = { credentials, target, rule: (other) => (checks.get(other) ?? checks.get('default'))?.(facts) ?? false };
    return facts.rule(name);
  };
  // A rule that everybody passes says nothing of projects: there, the caller's own is meant (13.0 let anybody write into any project).
  const open = new Set(ROUTE_RULES.filter((name) => evaluate(name, { credentials: credentialsOf(NOBODY), target: {} })));
  if (open.size > 0) logger.debug({ rules: open.size }, 'rules that any role passes hold in the own project only');
  return {
    allows: (rule, caller, projectId) => {
      const credentials = credentialsOf(caller);
      if (open.has(rule)) return caller.projectId === projectId || evaluate('admin_or_service', { credentials, target: { project_id: projectId } });
      return evaluate(rule, { credentials, target: { project_id: projectId, user_id: caller.userId } });
    },
  };
}

/** Rules of one's own have plain names; one that is written like the rule of a route and is none would be believed to hold. */
function warnOfUnknown(names: readonly string[], { name: file }: PolicyText, logger: Logger): void {
  const unknown = names.filter((name) => name.includes(':') && !ROUTE_RULES.some((rule) => rule === name));
  if (unknown.length > 0) logger.warn({}, `${file}: no route asks for ${unknown.join(', ')}; is it misspelt?`);
}

function rulesOf({ name, text }: PolicyText): Readonly<Record<string, unknown>> {
  let document: unknown;
  try {
    document = parse(text);
  } catch (error) {
    throw new FreezerError('invalid', `${name}: ${messageOf(error)}`, { cause: error });
  }
  if (document === null || document === undefined) return {};
  if (typeof document !== 'object' || Array.isArray(document)) throw new FreezerError('invalid', `${name}: is no object of rules`);
  return { ...document };
}

function refuseCycles(name: string, refers: ReadonlyMap<string, readonly string[]>, above: readonly string[]): void {
  if (above.includes(name)) throw new FreezerError('invalid', `policy rule '${name}' refers to itself`);
  for (const other of refers.get(name) ?? []) {
    if (!refers.has(other)) throw new FreezerError('invalid', `policy rule '${name}' refers to '${other}', which does not exist`);
    refuseCycles(other, refers, [...above, name]);
  }
}

function credentialsOf(caller: Caller): PolicyFacts['credentials'] {
  const isAdmin = caller.roles.some((role) => role.toLowerCase() === 'admin');
  return {
    user_id: caller.userId,
    user_name: caller.userName,
    project_id: caller.projectId,
    tenant: caller.projectId,
    tenant_id: caller.projectId,
    domain_id: caller.domainId,
    user_domain_id: caller.userDomainId,
    project_domain_id: caller.projectDomainId,
    system_scope: caller.systemScope,
    roles: caller.roles,
    is_admin: isAdmin,
  };
}
