import { describe, expect, test } from '@jest/globals';
import { resolveApi } from '../settings/resolve-api.ts';
import { hostWith } from '../settings/settings-host.fixture.ts';
import { storeChoice } from './store-choice.ts';

const choice = async (text: string) => storeChoice((await resolveApi(['--auth', 'none', '--config-file', '/c'], hostWith({ '/c': text }))).settings);

describe('the store', () => {
  test.each([
    ['', { path: '/home/u/.local/state/freezer/api.sqlite' }],
    ['[database]\nconnection = mysql+pymysql://f:p@db/freezer?charset=utf8\n', { url: 'mysql+pymysql://f:p@db/freezer?charset=utf8' }],
    ['[storage]\nbackend = sqlalchemy\ndriver = sqlalchemy\n[database]\nsql_connection = postgres://f@db/f\n', { url: 'postgres://f@db/f' }],
  ])('%j is a database', async (text, place) => {
    expect(await choice(text)).toMatchObject({ kind: 'sql', ...place });
  });

  test.each(['backend = elasticsearch\n', 'db = elasticsearch\n', 'backend = elasticsearch\ndriver = freezer_api.storage.elastic.ElasticSearchEngine\n'])(
    '%j is Elasticsearch',
    async (lines) => {
      const text = `[storage]\n${lines}[elasticsearch]\nhosts = es1:9200, https://es2:9200\nuse_ssl = true\nhttp_auth = u:p:w\nnumber_of_replicas = 2\n`;
      expect(await choice(text)).toMatchObject({
        kind: 'elasticsearch',
        hosts: ['es1:9200', 'https://es2:9200'],
        httpAuth: 'u:p:w',
        useSsl: true,
        numberOfReplicas: 2,
        index: 'freezer',
      });
    },
  );

  test('is where the section says that backend names, and the usual one is not looked at', async () => {
    const text =
      '[storage]\nbackend = big_one\ndriver = elasticsearch\n[big_one]\nhosts = es9:9200\nindex = mine\n[elasticsearch]\nhosts = other:9200\nhttp_auth = o:p\n';
    const resolved = await resolveApi(['--auth', 'none', '--config-file', '/c'], hostWith({ '/c': text }));
    expect(storeChoice(resolved.settings)).toMatchObject({ kind: 'elasticsearch', hosts: ['es9:9200'], index: 'mine', httpAuth: undefined });
    expect(resolved.warnings).toEqual([expect.stringContaining('section [elasticsearch, not named] is not used')]);
    const line = await resolveApi(['--auth', 'none', '--config-file', '/c', '--elasticsearch-index', 'line'], hostWith({ '/c': text }));
    expect(storeChoice(line.settings)).toMatchObject({ hosts: ['es9:9200'], index: 'line' });
    const sql = '[storage]\nbackend = archive\ndriver = sqlalchemy\n[archive]\nconnection = postgresql://f@db/f\nmax_pool_size = 7\n';
    expect(await choice(sql)).toMatchObject({ kind: 'sql', url: 'postgresql://f@db/f', poolSize: 7 });
  });

  describe('of the command line', () => {
    const OF_FILES = '[storage]\nbackend = elasticsearch\ndriver = elasticsearch\n[elasticsearch]\nhosts = es1:9200\n[database]\nconnection = mysql://f@db/f\n';
    const kind = async (text: string, line: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
      storeChoice((await resolveApi(['--auth', 'none', '--config-file', '/c', ...line], hostWith({ '/c': text }, environment))).settings).kind;

    test.each([
      [['--storage-backend', 'sqlalchemy'], 'sql'],
      [['--storage-driver', 'sqlalchemy'], 'sql'],
      [['--storage-backend', 'elasticsearch', '--storage-driver', 'sqlalchemy'], 'sql'],
      [['--database-connection', 'postgresql://f@db/f'], 'sql'],
      [['--database-connection', 'postgresql://f@db/f', '--storage-backend', 'elasticsearch'], 'elasticsearch'],
      [['--database-connection', 'postgresql://f@db/f', '--elasticsearch-hosts', 'es1:9200'], 'elasticsearch'],
      [['--database-connection', 'postgresql://f@db/f', '--elasticsearch-http-auth', 'of:another'], 'sql'],
      [[], 'elasticsearch'],
    ] as const)('%j counts more than a file with backend and driver', async (line, expected) => {
      expect(await kind(OF_FILES, line)).toBe(expected);
    });

    test('an address of Elasticsearch is enough to mean it; a section named by it keeps the driver of the file', async () => {
      expect(await kind('[DEFAULT]\nbind_port = 1\n', ['--elasticsearch-hosts', 'es1:9200'])).toBe('elasticsearch');
      expect(await kind('[storage]\nbackend = a\ndriver = elasticsearch\n[b]\nhosts = es1:9200\n', ['--storage-backend', 'b'])).toBe('elasticsearch');
    });

    test('the environment fills, and hides no backend of a file', async () => {
      expect(await kind('[storage]\nbackend = elasticsearch\n', [], { OS_STORAGE__DRIVER: 'sqlalchemy' })).toBe('elasticsearch');
      expect(await kind('[DEFAULT]\nbind_port = 1\n', [], { OS_STORAGE__DRIVER: 'elasticsearch' })).toBe('elasticsearch');
    });
  });

  test('another one is named, with what is allowed', async () => {
    await expect(choice('[storage]\nbackend = mongodb\n')).rejects.toMatchObject({
      message: "[storage] backend: 'mongodb' is unknown; allowed: sqlalchemy, elasticsearch, or the name of a section and driver beside it",
    });
  });
});
