import { readFile } from 'node:fs/promises';
import { FreezerError, messageOf, systemCodeOf } from '@freezer/core';
import type { AnyAuthMethod, BaseAgent, utils } from 'ssh2';
import { inReadableForm } from './key-file-form.ts';
import type { SshStorageOptions } from './options.ts';

/** What is shown to the server, and how it is called in messages. */
export interface Credentials {
  readonly methods: readonly AnyAuthMethod[];
  /** 'the password', 'the key /…', 'the keys of the agent'. */
  readonly names: string;
}

type ParseKey = (typeof utils)['parseKey'];

/** The first line of the password file, or the password itself. */
async function readPassword({ password, passwordFile }: SshStorageOptions): Promise<string | undefined> {
  if (password !== undefined || passwordFile === undefined) return password;
  try {
    const [line = ''] = (await readFile(passwordFile, 'utf8')).split(/\r?\n/);
    if (line !== '') return line;
  } catch (error) {
    throw new FreezerError('invalid', `ssh_password_file: ${passwordFile} cannot be read: ${systemCodeOf(error) ?? messageOf(error)}`, { cause: error });
  }
  throw new FreezerError('invalid', `ssh_password_file: the first line of ${passwordFile} is empty`);
}

function passwordMethods(username: string, password: string): readonly AnyAuthMethod[] {
  return [
    { type: 'password', username, password },
    // Servers that ask through PAM offer nothing but this; a question whose answer is shown is not for a password.
    {
      type: 'keyboard-interactive',
      username,
      prompt: (_name, _instructions, _language, prompts, finish) => finish(prompts.map(({ echo }) => (echo === true ? '' : password))),
    },
  ];
}

/** The key, or why it cannot be used. Undefined when there is no such file. */
async function readKey(file: string, parseKey: ParseKey): Promise<{ readonly key: Buffer } | { readonly reason: string } | undefined> {
  let key: Buffer;
  try {
    key = await readFile(file);
  } catch (error) {
    const code = systemCodeOf(error);
    return code === 'ENOENT' || code === 'ENOTDIR' ? undefined : { reason: `cannot be read: ${code ?? messageOf(error)}` };
  }
  try {
    const readable = inReadableForm(key);
    const parsed = parseKey(readable);
    if (!('message' in parsed)) return { key: readable };
    return { reason: reasonAgainst(parsed) };
  } catch (error) {
    return { reason: reasonAgainst(error) };
  }
}

function reasonAgainst(error: unknown): string {
  const reason = messageOf(error);
  return /encrypted/i.test(reason) ? 'is protected by a passphrase: load it into ssh-agent (ssh-add)' : `is no private key: ${reason}`;
}

/** A password in place of all else; or the key file, and then the keys of the agent. Fails with `invalid` when there is nothing to show. */
export async function readCredentials(options: SshStorageOptions, parseKey: ParseKey, agent: BaseAgent | undefined): Promise<Credentials> {
  const { username, keyFile } = options;
  const password = await readPassword(options);
  if (password !== undefined) return { methods: passwordMethods(username, password), names: 'the password' };
  const key = keyFile === undefined ? undefined : await readKey(keyFile, parseKey);
  const methods: AnyAuthMethod[] = [];
  const names: string[] = [];
  if (key && 'key' in key) {
    methods.push({ type: 'publickey', username, key: key.key });
    names.push(`the key ${keyFile}`);
  }
  if (agent !== undefined) {
    methods.push({ type: 'agent', username, agent });
    names.push(key && 'reason' in key ? `the keys of the agent (${keyFile} ${key.reason})` : 'the keys of the agent');
  }
  if (methods.length > 0) return { methods, names: names.join(' and ') };
  if (keyFile === undefined)
    throw new FreezerError('invalid', 'ssh_key: Please provide path to ssh key using --ssh-key argument, or --ssh-password-file, or an ssh-agent');
  const reason = key && 'reason' in key ? key.reason : 'does not exist, and there is no --ssh-password-file and no ssh-agent';
  throw new FreezerError('invalid', `ssh_key: ${keyFile} ${reason}`);
}
