import { FreezerError } from '@freezer/core';
import { describe, expect, test } from '@jest/globals';
import { documentOf, SET_NAME, thrownBy } from '../test-support/documents.ts';
import type { OpenedLevel } from './level-reader.ts';
import type { Vouching } from './manifest.ts';
import { judgeTrust, type TrustPolicy } from './trust.ts';

/** Who made a level: Python (no manifest), ours without a passphrase, ours with one. */
type Maker = 'python' | 'sha256' | 'hmac-sha256';

const digestOf = (level: number): string => String(level).repeat(64);

function opened(level: number, maker: Maker, base: Maker | undefined): OpenedLevel {
  const id = { t0: 100, level, t: 100 + level };
  const plain = { level: { id, objects: new Map(), committed: true, superseded: false }, keys: undefined, passphrase: undefined, metadata: {} };
  if (maker === 'python') return { ...plain, manifest: undefined };
  const named = base === undefined ? null : { level: level - 1, t: 99 + level, manifest: base === 'python' ? null : digestOf(level - 1) };
  return { ...plain, manifest: { document: documentOf(id, { base: named }), vouching: maker satisfies Vouching, digest: digestOf(level) } };
}

const point = (...makers: readonly Maker[]): OpenedLevel[] => makers.map((maker, level) => opened(level, maker, makers[level - 1]));

interface Judgement {
  readonly allowUnauthenticated?: boolean;
  readonly requireAuthenticated?: boolean;
  /** Of the chain, where a level that is not of the point has an HMAC. */
  readonly chainIsAuthenticated?: boolean;
}

function judge(levels: readonly OpenedLevel[], given: Judgement): readonly string[] {
  const policy: TrustPolicy = { allowUnauthenticated: given.allowUnauthenticated ?? false, requireAuthenticated: given.requireAuthenticated ?? false };
  const inPoint = levels.some(({ manifest }) => manifest?.vouching === 'hmac-sha256');
  return judgeTrust(SET_NAME, levels, given.chainIsAuthenticated ?? inPoint, policy);
}

const H: Maker = 'hmac-sha256';
const S: Maker = 'sha256';
const P: Maker = 'python';

describe('a chain in which no passphrase vouches for anything', () => {
  test.each<[readonly Maker[], number]>([
    [[P], 1],
    [[P, P], 2],
    [[S], 0],
    [[S, S], 0],
    [[P, S], 1],
    [[S, P], 1],
  ])('%j is taken, with %d warnings', (makers, warnings) => {
    expect(judge(point(...makers), {})).toHaveLength(warnings);
  });

  test('the warning names level and set', () => {
    expect(judge(point(P), {})).toEqual([expect.stringMatching(/^0_100 of chain 100 of set web1_etc: .*without manifest/)]);
  });
});

describe('a chain in which a passphrase vouches for some level', () => {
  test.each<[readonly Maker[]]>([[[H]], [[H, H]], [[H, H, H]]])('%j is taken without a word', (makers) => {
    expect(judge(point(...makers), {})).toEqual([]);
  });

  test.each<[readonly Maker[], string]>([
    [[H, P], '1_101'],
    [[H, S], '1_101'],
    [[S, H], '0_100'],
    [[H, P, P], '1_101'],
    [[P, H, P], '2_102'],
    [[P, H, S], '2_102'],
    [[P, S, H], '0_100'],
  ])('%j is refused for its level %s, unless that is allowed', (makers, level) => {
    const error = thrownBy(() => judge(point(...makers), {}));
    expect(FreezerError.is(error, 'unauthenticated')).toBe(true);
    expect(String(error)).toContain(level);
    expect(String(error)).toContain('--allow-unauthenticated');
    const warnings = judge(point(...makers), { allowUnauthenticated: true });
    expect(warnings.some((warning) => warning.startsWith(level))).toBe(true);
  });

  test.each<[readonly Maker[], number]>([
    [[P, H], 1],
    [[P, P, H], 2],
    [[P, H, H], 1],
  ])("%j is taken with %d warnings: ours says that its base is Python's", (makers, warnings) => {
    expect(judge(point(...makers), {})).toHaveLength(warnings);
  });

  test('that level may be outside of the point', () => {
    for (const makers of [[P], [S], [P, P]] as const) {
      expect(
        FreezerError.is(
          thrownBy(() => judge(point(...makers), { chainIsAuthenticated: true })),
          'unauthenticated',
        ),
      ).toBe(true);
    }
  });
});

describe('--require-authenticated', () => {
  test.each<[readonly Maker[]]>([[[P]], [[S]], [[P, H]], [[H, S]], [[S, S]]])('refuses %j, also when others would be allowed', (makers) => {
    const error = thrownBy(() => judge(point(...makers), { requireAuthenticated: true, allowUnauthenticated: true }));
    expect(FreezerError.is(error, 'unauthenticated')).toBe(true);
    expect(String(error)).toContain('--require-authenticated');
  });

  test('takes what a passphrase vouches for', () => {
    expect(judge(point(H, H), { requireAuthenticated: true })).toEqual([]);
  });
});

describe('the base that a manifest names', () => {
  const withBase = (base: ReturnType<typeof documentOf>['base'], below: Maker = H): OpenedLevel[] => {
    const [full, top] = point(below, H);
    if (!full || !top?.manifest) throw new TypeError('two levels were expected');
    return [full, { ...top, manifest: { ...top.manifest, document: { ...top.manifest.document, base } } }];
  };

  test.each<[string, ReturnType<typeof documentOf>['base'], Maker]>([
    ['another manifest', { level: 0, t: 100, manifest: 'f'.repeat(64) }, H],
    ['a manifest, where the base has none', { level: 0, t: 100, manifest: digestOf(0) }, P],
    ['none, where the base has a manifest', { level: 0, t: 100, manifest: null }, H],
    ['another time', { level: 0, t: 99, manifest: digestOf(0) }, H],
    ['another level', { level: 1, t: 100, manifest: digestOf(0) }, H],
    ['nothing', null, H],
  ])('is refused when it is %s, whatever is allowed', (_what, base, below) => {
    const levels = withBase(base, below);
    for (const allowUnauthenticated of [false, true]) {
      const error = thrownBy(() => judge(levels, { allowUnauthenticated }));
      expect(FreezerError.is(error, 'corrupt')).toBe(true);
      expect(String(error)).toContain('1_101 of chain 100');
    }
  });

  test('is compared below a level of ours without a passphrase, too', () => {
    const [full] = point(S);
    const [, top] = point(P, S);
    if (!full || !top) throw new TypeError('two levels were expected');
    expect(
      FreezerError.is(
        thrownBy(() => judge([full, top], {})),
        'corrupt',
      ),
    ).toBe(true);
  });
});
