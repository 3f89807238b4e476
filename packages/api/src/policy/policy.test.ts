import { SILENT } from '@freezer/core';
import { describe, expect, it } from '@jest/globals';
import type { Caller } from '../caller.ts';
import { ROUTE_RULES } from './default-rules.ts';
import { createPolicy, type PolicyOptions } from './policy.ts';

const caller = (projectId: string | undefined, ...roles: string[]): Caller => ({ userId: 'u', projectId, roles });
const MEMBER = caller('p', 'member');
const READER = caller('p', 'reader');
const ADMIN = caller('other', 'admin');
const SERVICE = caller('other', 'service');
const STRANGER = caller('other', 'member');

const withRule = (rule: unknown, more: Record<string, unknown> = {}): PolicyOptions => ({
  files: [{ name: 'policy.json', text: JSON.stringify({ 'jobs:get': rule, ...more }) }],
});
const passes = (rule: unknown, who: Caller, project = 'p', more: Record<string, unknown> = {}): boolean =>
  createPolicy(withRule(rule, more)).allows('jobs:get', who, project);

it('a rule that no route asks for is spoken of, one of plain name is not', () => {
  const told: string[] = [];
  const logger = { ...SILENT, warn: (_fields: object, text: string) => void told.push(text) };
  createPolicy({ ...withRule('@', { mine: '!', 'jobs:lst': '!' }), logger });
  expect(told).toEqual(['policy.json: no route asks for jobs:lst; is it misspelt?']);
});

describe('the rules of 2026', () => {
  const policy = createPolicy();
  it.each([
    ['jobs:get_all', [true, true, true, true, false]],
    ['jobs:create', [true, false, true, false, false]],
    ['jobs:get_all_projects', [false, false, true, true, false]],
    ['backups:create', [true, false, true, true, false]],
    ['clients:create_central', [false, false, true, true, false]],
    ['sessions:action:create', [true, false, true, false, false]],
    ['runs:create', [true, false, true, true, false]],
    ['alerts:get_all', [true, true, true, true, false]],
  ] as const)('%s: member, reader, admin, service, member of another project', (rule, expected) => {
    expect([MEMBER, READER, ADMIN, SERVICE, STRANGER].map((who) => policy.allows(rule, who, 'p'))).toEqual(expected);
  });

  it('compare roles without case, and let no token without project pass', () => {
    expect(policy.allows('jobs:create', caller('p', 'Member'), 'p')).toBe(true);
    expect(policy.allows('jobs:create', caller('other', 'ADMIN'), 'p')).toBe(true);
    for (const rule of ROUTE_RULES) expect(policy.allows(rule, caller(undefined, 'member', 'reader'), 'p')).toBe(false);
  });
});

describe('the empty rules of 13.0', () => {
  const policy = createPolicy({ preset: 'legacy' });
  it('let any role do all in its own project, and nothing in others', () => {
    expect(policy.allows('jobs:create', READER, 'p')).toBe(true);
    expect(policy.allows('jobs:create', caller('p'), 'p')).toBe(true);
    expect(policy.allows('jobs:create', STRANGER, 'p')).toBe(false);
    expect(policy.allows('jobs:create', ADMIN, 'p')).toBe(true);
    expect(policy.allows('jobs:get_all_projects', MEMBER, 'p')).toBe(false);
  });

  it('in a file are read the same way', () => {
    const { allows } = createPolicy({ files: [{ name: 'policy.yaml', text: '"jobs:create": ""\n' }] });
    expect([READER, STRANGER].map((who) => allows('jobs:create', who, 'p'))).toEqual([true, false]);
  });
});

describe("oslo's syntax", () => {
  it.each([
    ['role:auditor', ['auditor'], true],
    ['role:auditor', ['member'], false],
    ['role:auditor or role:member', ['member'], true],
    ['role:auditor and role:member', ['member'], false],
    ['not role:auditor', ['member'], true],
    ['role:a or role:b and role:c', ['a'], true],
    ['(role:a or role:b) and role:c', ['a'], false],
    ['role:x and (role:a or (role:b and not role:c))', ['x', 'b'], true],
    ['project_id:%(project_id)s and role:member', ['member'], true],
    ["role:member and 'p':%(project_id)s", ['member'], true],
    ["role:member and 'q':%(project_id)s", ['member'], false],
    ['project_id:%(nothing)s', ['member'], false],
    ['role:member and is_admin:False', ['member'], true],
    ['is_admin:True', ['admin'], true],
    ['role:member and domain_id:None', ['member'], true],
    ['role:member and system_scope:None', ['member'], true],
    ['role:member and project_id:None', ['member'], false],
    ['role:member and nothing:None', ['member'], false],
    ['role:member and None:%(nothing)s', ['member'], false],
    ['role:member and True:True', ['member'], true],
    ['role:member and roles:member', ['member'], true],
    ['!', ['admin'], false],
    [[['role:a', 'role:b'], ['role:c']], ['c'], true],
    [[['role:a', 'role:b'], ['role:c']], ['a'], false],
    [['role:a', 'role:c'], ['c'], true],
    [[['role:a'], []], ['c'], false],
    [[[], '', 'role:a'], ['a'], true],
    [[[]], ['admin'], false],
  ])('%j with %j: %s', (rule, roles, expected) => {
    expect(passes(rule, caller('p', ...roles))).toBe(expected);
  });

  it('what a token does not have is None only where the rule says so, not where a project has that name', () => {
    expect(passes('role:member and domain_id:None', { ...MEMBER, domainId: 'd' })).toBe(false);
    expect(passes('role:member and project_id:None', caller(undefined, 'member'))).toBe(true);
    expect(passes('role:member and project_id:%(project_id)s', caller(undefined, 'member'), 'None')).toBe(false);
  });

  it('rules refer to others, and to `default` when there is none of that name', () => {
    expect(passes('rule:mine', MEMBER, 'p', { mine: 'rule:admin_or_owner' })).toBe(true);
    expect(passes('rule:mine', STRANGER, 'p', { mine: 'rule:admin_or_owner' })).toBe(false);
  });

  it.each([
    ['role', "'role' is no check"],
    ['role:a or', 'a check is missing at the end'],
    [' ', 'a check is missing at the end'],
    ['(role:a', "a ')' is missing"],
    ['role:a role:b', "'role:b' is one word too many"],
    ['rule:nowhere', "refers to 'nowhere', which does not exist"],
    ['rule:jobs:get', 'refers to itself'],
    ['http://example.org/check', 'not supported'],
    [5, 'neither a text nor a list'],
  ])('%j is refused: %s', (rule, message) => {
    expect(() => createPolicy(withRule(rule))).toThrow(message);
  });

  it('reads YAML with comments, the last file counts, and what is no object is refused', () => {
    const files = [
      { name: 'policy.yaml', text: '# all\n"jobs:get": "!"\n' },
      { name: 'policy.d/10.json', text: '{"jobs:get": "role:auditor"}' },
      { name: 'empty.yaml', text: '# nothing\n' },
    ];
    expect(createPolicy({ files }).allows('jobs:get', caller('x', 'auditor'), 'p')).toBe(true);
    expect(() => createPolicy({ files: [{ name: 'bad.yaml', text: '- a\n' }] })).toThrow('bad.yaml: is no object of rules');
    expect(() => createPolicy({ files: [{ name: 'bad.yaml', text: '{' }] })).toThrow('bad.yaml:');
  });
});
