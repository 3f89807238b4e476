import { messageOf } from '@freezer/core';
import { describe, expect, test } from '@jest/globals';
import { readFtpSettings } from './options.ts';

const SETTINGS = { container: 'c', ftp_host: 'ftp.example', ftp_username: 'me', ftp_password: 'hunter2' };

const complaint = (more: Readonly<Record<string, unknown>>): string => {
  try {
    readFtpSettings('ftps', { ...SETTINGS, ...more });
  } catch (error) {
    return messageOf(error);
  }
  return 'taken';
};

describe('settings', () => {
  test('how the connection is protected', () => {
    expect(readFtpSettings('ftp', { ...SETTINGS, ftp_tls: 'implicit' })).toMatchObject({ protection: 'none', port: 21, fileMode: 0o600, folderMode: 0o700 });
    expect(readFtpSettings('ftps', SETTINGS)).toMatchObject({ protection: 'explicit', checksCertificate: true });
    expect(readFtpSettings('ftps', { ...SETTINGS, ftp_port: '990' })).toMatchObject({ protection: 'implicit', port: 990 });
    expect(readFtpSettings('ftps', { ...SETTINGS, ftp_port: 990, ftp_tls: 'explicit', insecure: 'true' })).toMatchObject({
      protection: 'explicit',
      checksCertificate: false,
    });
  });

  test.each([
    [{ ftp_host: '' }, /^ftp_host: .*Please provide --ftp-host value\./],
    [{ ftp_username: '' }, /^ftp_username: .*Please provide --ftp-username value\./],
    [{ ftp_password: '' }, /^ftp_password: Please provide --ftp-password value/],
    [{ ftp_host: 'ftp://x' }, /^ftp_host: must be a name or an address alone/],
    [{ ftp_port: 0 }, /^ftp_port: /],
    [{ ftp_tls: 'maybe' }, /^ftp_tls: must be 'explicit' or 'implicit'/],
    [{ ftp_certfile: '/x' }, /^ftp_certfile: ftp_certfile and ftp_keyfile go together/],
    [{ insecure: 'perhaps' }, /^insecure: must be true or false/],
    [{ storage_mode: '0777' }, /^storage_mode: must be octal text/],
    [{ ftp_username: 'a\r\nDELE b' }, /^ftp_username: /],
  ])('%j is refused without a secret', (more, line) => {
    expect(complaint(more)).toMatch(line);
    expect(complaint(more)).not.toContain('hunter2');
  });
});
