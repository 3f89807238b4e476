import { FreezerError } from '@freezer/core';
import { describe, expect, it } from '@jest/globals';
import { parseConnectionUrl } from './connection-url.ts';

describe('parseConnectionUrl', () => {
  it.each([
    ['sqlite:////var/lib/freezer/freezer.db', '/var/lib/freezer/freezer.db'],
    ['sqlite:///freezer.db', 'freezer.db'],
    ['sqlite+pysqlite:////a%20b.db?timeout=5', '/a b.db'],
  ])('%s is the file %s', (url, path) => {
    expect(parseConnectionUrl(url)).toEqual({ kind: 'sqlite', path });
  });

  it('reads what oslo.db is given', () => {
    expect(parseConnectionUrl('mysql+pymysql://freezer:s%40cr%2Fet@db.example:3307/freezer?charset=utf8')).toEqual({
      kind: 'mysql',
      host: 'db.example',
      port: 3307,
      user: 'freezer',
      password: 's@cr/et',
      database: 'freezer',
      options: new Map([['charset', 'utf8']]),
    });
    expect(parseConnectionUrl('postgresql+psycopg2://freezer@[fe80::1]/freezer?sslmode=verify-full&sslrootcert=%2Fca.pem')).toEqual({
      kind: 'postgresql',
      host: 'fe80::1',
      port: 5432,
      user: 'freezer',
      password: undefined,
      database: 'freezer',
      options: new Map([
        ['sslmode', 'verify-full'],
        ['sslrootcert', '/ca.pem'],
      ]),
    });
    expect(parseConnectionUrl('mariadb://u:p/w#x?@h/d')).toMatchObject({ kind: 'mysql', password: 'p/w#x?', host: 'h', port: 3306 });
    expect(parseConnectionUrl('postgresql:///freezer?host=/run/postgresql')).toMatchObject({ host: '/run/postgresql' });
    expect(parseConnectionUrl('mysql://u:100%@h/d')).toMatchObject({ password: '100%' });
  });

  it.each([
    '',
    'nothing',
    'oracle://u:hidden@h/d',
    'mysql://u:hidden@h',
    'mysql://u:hidden@h:70000/d',
    'sqlite://',
    'sqlite://file.db',
    'sqlite:///:memory:',
    'mysql://u:hidden@h:x/d',
  ])('refuses %j, and tells no password', (url) => {
    let error: unknown;
    try {
      parseConnectionUrl(url);
    } catch (caught) {
      error = caught;
    }
    expect(FreezerError.is(error, 'invalid')).toBe(true);
    expect(String(error)).not.toMatch(/hidden/);
  });
});
