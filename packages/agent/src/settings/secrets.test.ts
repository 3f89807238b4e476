import { redact as redactWith, commandLineWithoutSecrets as shownLine } from '@freezer/settings';
import { describe, expect, test } from '@jest/globals';
import { AGENT_LINE } from './agent-line.ts';
import { AGENT_TABLE } from './option-table.ts';

const SECRET_KEYS = AGENT_TABLE.secretKeys();
const commandLineWithoutSecrets = (program: string, argv: readonly string[]): string => shownLine(program, argv, AGENT_LINE);
const redact = (fields: object): object => redactWith(fields, SECRET_KEYS);

describe('the command line that is shown', () => {
  test.each<[string[], string]>([
    [['backup', '-N', 'my set', '-F', '/x'], "p backup -N 'my set' -F /x"],
    [['--ssh-password', 'hunter2', '-N', 'x'], 'p --ssh-password *** -N x'],
    [['--ssh-password=hunter2'], 'p --ssh-password=***'],
    [['--ssh-passw', 'hunter2'], 'p --ssh-passw ***'],
    [['--ssh-password', '-hunter2'], 'p --ssh-password ***'],
    [['--secret-key', '=', 'hunter2'], 'p --secret-key = ***'],
    [['--os-passwort', 'hunter2'], 'p --os-passwort ***'],
    [['--s', 'hunter2'], 'p --s ***'],
    [['--proxy', 'http://me:hunter2@host:1'], 'p --proxy http://***@host:1'],
    [['--command', 'mysql -phunter2'], 'p --command ***'],
    [['--encrypt-pass-file', '/root/pass'], 'p --encrypt-pass-file /root/pass'],
    [['--exclude', "it's"], `p --exclude 'it'\\''s'`],
  ])('%j', (argv, expected) => {
    expect(commandLineWithoutSecrets('p', argv)).toBe(expected);
  });

  test('no secret option shows its value in any form', () => {
    expect([...SECRET_KEYS]).toEqual(
      expect.arrayContaining(['ssh_password', 'ftp_password', 'access_key', 'secret_key', 'os_password', 'os_token', 's3_session_token']),
    );
    for (const key of SECRET_KEYS) {
      const name = `--${key.replaceAll('_', '-')}`;
      expect(commandLineWithoutSecrets('p', [name, 'hunter2'])).not.toContain('hunter2');
      expect(commandLineWithoutSecrets('p', [`${name}=hunter2`])).not.toContain('hunter2');
    }
  });
});

describe('fields of the log', () => {
  test('secrets go by their key, at any depth, and out of addresses', () => {
    const fields = { os_password: 'a', a: { sshPassword: 'b', list: [{ token: 'c' }] }, url: 'https://u:d@h/x', n: 1, empty: { password: '' } };
    expect(redact(fields)).toEqual({
      os_password: '***',
      a: { sshPassword: '***', list: [{ token: '***' }] },
      url: 'https://***@h/x',
      n: 1,
      empty: { password: '' },
    });
  });

  test('errors, bytes, big numbers and endless structures can be logged', () => {
    const endless: Record<string, unknown> = {};
    endless['again'] = endless;
    const shown = redact({ error: Object.assign(new Error('no'), { code: 'EIO', password: 'x' }), key: new Uint8Array(32), big: 5n, endless });
    expect(shown).toMatchObject({ error: { message: 'no', code: 'EIO' }, key: '<32 bytes>', big: '5' });
    expect(JSON.stringify(shown)).not.toContain('"x"');
  });
});
