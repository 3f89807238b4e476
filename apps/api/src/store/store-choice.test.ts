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

  test('another one is named, with what is allowed', async () => {
    await expect(choice('[storage]\nbackend = mongodb\n')).rejects.toMatchObject({
      message: "[storage] backend: 'mongodb' is unknown; allowed: sqlalchemy, elasticsearch",
    });
  });
});
