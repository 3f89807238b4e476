import { describe, expect, test } from '@jest/globals';
import { wordHider } from './hide-words.ts';

const hide = (words: readonly string[], text: string, environment: Record<string, string> = {}, command = words.join(' ')): string =>
  wordHider({ command, words, environment })(text);

describe('what a program says', () => {
  test.each<[string[], string]>([
    [['mysqldump', '-pHunter2', 'db'], 'refused: *** for db'],
    [['mysqldump', '--password=Hunter2', 'db'], 'refused: *** for db'],
    [['mysqldump', '--password', 'Hunter2', 'db'], 'refused: *** for db'],
    [['env', 'PGPASSWORD=Hunter2', 'pg_dump', 'db'], 'refused: *** for db'],
    [['pg_dump', 'postgres://me:Hunter2@host/db'], 'refused: *** for db'],
    [['curl', '--oauth2-token=Hunter2'], 'refused: *** for db'],
    [['pg_dump', '--host=Hunter2', 'db'], 'refused: Hunter2 for db'],
    [['mysqldump', '--password', 'db'], 'refused: Hunter2 for db'],
  ])('%j', (words, said) => {
    expect(hide(words, 'refused: Hunter2 for db')).toBe(said);
  });

  test('of a shell, too', () => {
    const command = "PGPASSWORD='Hunter2' pg_dump db | mysql -pOther7";
    expect(hide(['/bin/sh', '-c', command], 'Hunter2 and Other7', {}, command)).toBe('*** and ***');
  });

  test('of the environment, by names that look like secrets', () => {
    const environment = { MYSQL_PWD: 'Hunter2', PWD: '/srv/dumps', AWS_SECRET_ACCESS_KEY: 'Other7', USER: 'me', API_TOKEN: '' };
    expect(hide(['mysqldump'], 'in /srv/dumps: me, Hunter2, Other7', environment)).toBe('in /srv/dumps: me, ***, ***');
  });

  test('and in addresses that it makes up itself', () => {
    expect(hide(['x'], 'cannot reach http://me:pw@host/')).toBe('cannot reach http://***@host/');
  });
});
