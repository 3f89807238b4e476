import { join } from 'node:path';
import { quote } from '../peers/quote.mjs';

/**
 * How one program moves the stream to a server and back.
 * @typedef {object} Mover
 * @property {string} name
 * @property {(set: string) => string} upload a line of bash; what it moves is the file `stream`
 * @property {(set: string, target: string) => string} download into a folder that is there
 * @property {(target: string) => string} downloaded the path of what was moved
 */

/** Our agent, which saves standard input as it comes. @param {import('../../soak/places.mjs').Place} place @returns {Mover} */
export function ours(place, { agent, stream, work }) {
  const run = (action, set, ...words) =>
    quote(process.execPath, agent, action, ...place.words(set), '--hostname', 'bench', '--backup-name', 'stream', '--state-dir', join(work, 'state'), ...words);
  return {
    name: 'ours',
    upload: (set) => `${run('backup', set, '--stdin', 'stream', '--compression', 'none')} <${quote(stream)}`,
    download: (set, target) => run('restore', set, '--restore-abs-path', target),
    downloaded: (target) => join(target, 'stream'),
  };
}

/** OpenStack's own client, with the segment size of ours. @returns {Mover} */
export function swiftClient({ stream, segmentBytes }) {
  return {
    name: 'swift',
    upload: (set) => `${quote('swift', '--quiet', 'upload', '--segment-size', String(segmentBytes), '--object-name', 'stream', set, '-')} <${quote(stream)}`,
    download: (set, target) => quote('swift', '--quiet', 'download', '--output', join(target, 'stream'), set, 'stream'),
    downloaded: (target) => join(target, 'stream'),
  };
}

/** OpenSSH's own client. @returns {Mover} */
export function sftp({ stream, ssh, work }) {
  const { host, port, username, key, known_hosts: known } = ssh;
  const account = ['-P', String(port), '-i', key, '-o', `UserKnownHostsFile=${known}`, '-o', 'BatchMode=yes', `${username}@${host}`];
  const batch = (...lines) => `printf '%s\\n' ${quote(...lines)} | ${quote('sftp', '-q', '-b', '-', ...account)}`;
  const remote = (set) => join(work, `sftp-${set}`);
  return {
    name: 'sftp',
    upload: (set) => batch(`put ${stream} ${remote(set)}`),
    download: (set, target) => batch(`get ${remote(set)} ${join(target, 'stream')}`),
    downloaded: (target) => join(target, 'stream'),
  };
}
