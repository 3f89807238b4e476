import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parseOpenrc, readOpenrc } from './openrc.ts';

const HORIZON = `#!/usr/bin/env bash
# To use an OpenStack cloud you need to authenticate against the Identity service named keystone.
export OS_AUTH_URL=https://cloud.example:5000
export OS_PROJECT_ID=abc
export OS_PROJECT_NAME="alpha"
export OS_USER_DOMAIN_NAME="Default"
if [ -z "$OS_USER_DOMAIN_NAME" ]; then unset OS_USER_DOMAIN_NAME; fi
export OS_PROJECT_DOMAIN_ID="default"
if [ -z "$OS_PROJECT_DOMAIN_ID" ]; then unset OS_PROJECT_DOMAIN_ID; fi
# unset v2.0 items in case set
unset OS_TENANT_ID
unset OS_TENANT_NAME
export OS_USERNAME="alice"
# With Keystone you pass the keystone password.
echo "Please enter your OpenStack Password for project $OS_PROJECT_NAME as user $OS_USERNAME: "
read -sr OS_PASSWORD_INPUT
export OS_PASSWORD=$OS_PASSWORD_INPUT
export OS_REGION_NAME="RegionOne"
export OS_INTERFACE=public
export OS_IDENTITY_API_VERSION=3
`;

test('the file that the dashboard gives: all but the password, which it asks for', () => {
  const { variables, skippedLines, unknown } = parseOpenrc(HORIZON, { OS_TENANT_NAME: 'old' });
  expect(variables).toEqual({
    OS_AUTH_URL: 'https://cloud.example:5000',
    OS_PROJECT_ID: 'abc',
    OS_PROJECT_NAME: 'alpha',
    OS_USER_DOMAIN_NAME: 'Default',
    OS_PROJECT_DOMAIN_ID: 'default',
    OS_USERNAME: 'alice',
    OS_PASSWORD: '',
    OS_REGION_NAME: 'RegionOne',
    OS_INTERFACE: 'public',
    OS_IDENTITY_API_VERSION: '3',
  });
  expect(skippedLines).toEqual([7, 9, 15, 16]);
  expect(unknown).toEqual([]);
});

test.each<[string, string, Record<string, string>]>([
  ['plain', 'A=b', { A: 'b' }],
  ['empty', 'A=', { A: '' }],
  ['two on a line', 'export A=b C=d; E=f', { A: 'b', C: 'd', E: 'f' }],
  ['single quotes keep all', `A='$x "\\ #'`, { A: '$x "\\ #' }],
  ['double quotes', 'A="a \\" \\\\ \\$ \\n \\` #"', { A: 'a " \\ $ \\n ` #' }],
  ['parts', `A=a'b'"c"\\ d`, { A: 'abc d' }],
  ['a comment behind', 'A=b # c', { A: 'b' }],
  ['no comment inside', 'A=b#c', { A: 'b#c' }],
  ['several lines', "A='b\nc'\nD=e", { A: 'b\nc', D: 'e' }],
  ['a line that goes on', 'export A=b\\\nc \\\n  D=e', { A: 'bc', D: 'e' }],
  ['variables', `A=b\nC="$A-\${A}x"\nD='$A'`, { A: 'b', C: 'b-bx', D: '$A' }],
  ['of the given ones', 'A=$HOME/x\nB=~/y', { A: '/home/a/x', B: '/home/a/y' }],
  ['defaults', `A=\${A:-x} B=\${HOME:-y} C=\${EMPTY-z} D=\${EMPTY:-z}`, { A: 'x', B: '/home/a', C: '', D: 'z' }],
  ['appended', 'A=b\nA+=c', { A: 'bc' }],
  ['taken away', `A=b\nunset A\nC=\${A:-none}`, { C: 'none' }],
  ['ANSI-C', "A=$'a\\tb\\x41\\u00e9\\'\\\\'", { A: "a\tbAé'\\" }],
  ['lines of Windows', 'export A=b\r\nexport C="d"\r\n', { A: 'b', C: 'd' }],
  ['declare', 'declare -x A=b', { A: 'b' }],
  ['and', 'A=b && C=d', { A: 'b', C: 'd' }],
  ['a dollar alone', 'A=$ B=a$', { A: '$', B: 'a$' }],
  ['a name of the prototype', 'A=$constructor\n__proto__x=1', { A: '', __proto__x: '1' }],
])('%s', (_name, text, expected) => {
  const result = parseOpenrc(text, { HOME: '/home/a', EMPTY: '' });
  expect(result.variables).toEqual(expected);
  expect(result.unknown).toEqual([]);
});

test.each(['A=$(cat /etc/passwd)', 'A="x $(echo ")" y)"', 'A=`id`', `A=\${B//x/y}`, 'A=$((1 + 2))', 'A=$1', 'A=~root/x', 'A=1\nA=$(id) B=2 && B=2'])(
  '%s is nothing that is guessed',
  (text) => {
    const { variables, unknown } = parseOpenrc(text);
    expect(variables).not.toHaveProperty('A');
    expect(unknown).toEqual(['A']);
  },
);

test('what is made of the unknown is unknown', () => {
  const { variables, unknown } = parseOpenrc(`A=$(id)\nB=x$A\nA+=y\nC=\${B:-z}\nD=$(id)\nunset D\nE=~'x'`);
  expect({ variables, unknown }).toEqual({ variables: { E: '~x' }, unknown: ['A', 'B', 'C'] });
});

test.each([
  ['a condition', 'if true; then\n A=1\nelse A=2\nfi', [1, 2, 3, 4]],
  ['loops in loops', 'for a in $(set); do while x; do A=1; done; done', [1]],
  ['a case', 'case $x in\n a) A=1 ;;\nesac', [1, 2, 3]],
  ['a function', 'f() {\n A=1\n}\nf', [1, 2, 3, 4]],
  ['a subshell', '( A=1 )', [1]],
  ['an alternative', 'test -f x || A=1', [1]],
  ['after what was not carried out', '[ -f x ] && A=1', [1]],
  ['a pipe', 'echo | A=1', [1]],
  ['for one command', 'A=1 command', [1]],
  ['a list', 'A=(1 2)', [1]],
  ['another file', 'source other.rc', [1]],
])('%s is passed over, and named by its line', (_name, text, lines) => {
  const { variables, skippedLines } = parseOpenrc(`${text}\nB=2`);
  expect(variables).toEqual({ B: '2' });
  expect(skippedLines).toEqual(lines);
});

test.each([
  ["A=1\nB='secret", "line 2: the ' that is opened here is not closed"],
  ['A="secret', 'line 1: the " that is opened here is not closed'],
  ["A=$'secret", "line 1: the $' that is opened here is not closed"],
  ['A=$(secret', 'line 1: the $( that is opened here is not closed'],
  ['cat <<X\nA=1\nX', 'line 1: a here document is not supported; allowed: NAME=value, export NAME=value, unset NAME'],
])('%j is refused with its line, not its text', (text, message) => {
  expect(() => parseOpenrc(text)).toThrow(expect.objectContaining({ code: 'invalid', message }));
});

test('a file that is not there, and one that is wrong, are named', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'openrc-'));
  try {
    const path = join(folder, 'osrc');
    await expect(readOpenrc(path)).rejects.toMatchObject({ code: 'not_found', message: `read ${path}: there is no such file` });
    await writeFile(path, 'OS_PASSWORD="x');
    await expect(readOpenrc(path)).rejects.toMatchObject({ code: 'invalid', message: `read ${path}: line 1: the " that is opened here is not closed` });
    await writeFile(path, 'OS_PASSWORD="x"');
    expect((await readOpenrc(path)).variables).toEqual({ OS_PASSWORD: 'x' });
  } finally {
    await rm(folder, { recursive: true });
  }
});
