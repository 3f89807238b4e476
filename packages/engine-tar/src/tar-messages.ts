import type { BytePath, SkipReason } from '@freezer/core';
import { sourcePathOf } from './index-line.ts';
import { readQuotedName } from './quoted-name.ts';

/** What a line on tar's stderr means. */
export type TarMessage =
  | { readonly kind: 'skip'; readonly path: BytePath; readonly reason: SkipReason; readonly detail: string }
  /** About one member of an archive that is extracted. */
  | { readonly kind: 'problem'; readonly path: BytePath; readonly detail: string }
  /** The file system of the target has no such attributes at all. */
  | { readonly kind: 'unsupported'; readonly detail: string }
  | { readonly kind: 'totals'; readonly bytes: number }
  /** For the log. */
  | { readonly kind: 'note'; readonly text: string }
  /** Nothing that tar wrote can be trusted. */
  | { readonly kind: 'fatal'; readonly text: string };

const TOTALS = /^Total bytes (?:written|read): (\d+)/;
const SUMMARY = /^Exiting with failure status due to previous errors$/;
const HARMLESS = /support is not available|Ignoring unknown extended header keyword|Removing leading `|Removing `/;

// In these messages tar does not quote the name.
const SHORT_WRITE = /^(.+): ((?:Cannot write: .+)|(?:Wrote only \d+ of \d+ bytes?))$/;

const ATTRIBUTE = /^\w+: (Cannot .+?) for file '(.*)': (.+)$/s;
const ATTRIBUTE_START = /^\w+: Cannot [^\n]+ for file '/;

interface Saying {
  readonly pattern: RegExp;
  readonly reason: SkipReason | 'none';
}

const CREATE_SAYINGS: readonly Saying[] = [
  { pattern: /^(socket|door) ignored$/, reason: 'socket' },
  { pattern: /^(file|directory) is on a different filesystem; not dumped$/, reason: 'mount' },
  { pattern: /^contains a cache directory tag /, reason: 'none' },
  { pattern: /^Directory (is new|has been renamed)|^file is unchanged; not dumped$/, reason: 'none' },
  { pattern: /^file changed as we read it$|^(Warning: )?File shrank by /, reason: 'changed' },
  { pattern: /^(Warning: )?(File|Directory) removed before we read it$/, reason: 'vanished' },
  { pattern: /^(Warning: )?Cannot (\w*xattr\w*|acl_\w+|\w*filecon\w*)\b/, reason: 'attributes' },
  { pattern: /^(Warning: )?Cannot [\w ]+: No such file or directory$/, reason: 'vanished' },
  { pattern: /^(Warning: )?Cannot (open|stat|readlink|savedir|opendir|read|fdopendir)\b/, reason: 'unreadable' },
];

/** Reads a line of stderr of `tar --create`. `program` is what it was started as. */
export function readCreateMessage(line: string, program: string): TarMessage {
  const { path, text } = takeApart(line, program);
  if (path === undefined) return general(text);
  for (const { pattern, reason } of CREATE_SAYINGS) {
    if (pattern.test(text)) return reason === 'none' ? { kind: 'note', text: line } : { kind: 'skip', path, reason, detail: detailOf(text) };
  }
  return { kind: 'skip', path, reason: 'failed', detail: detailOf(text) };
}

/** Reads a line of stderr of `tar --extract`. */
export function readExtractMessage(line: string, program: string): TarMessage {
  const { path, text } = takeApart(line, program);
  if (path !== undefined) return { kind: 'problem', path, detail: text };
  return readAttribute(text) ?? readShortWrite(text) ?? general(text);
}

/** Whether a line is the beginning of a message that goes on behind a line end in a name. */
export const goesOn = (line: string, program: string): boolean => {
  const { text } = takeApart(line, program);
  return ATTRIBUTE_START.test(text) && !ATTRIBUTE.test(text);
};

function readAttribute(text: string): TarMessage | undefined {
  const [, what, name, reason] = ATTRIBUTE.exec(text) ?? [];
  if (what === undefined || name === undefined) return undefined;
  const detail = `${what}: ${reason}`;
  return reason === 'Operation not supported' ? { kind: 'unsupported', detail } : { kind: 'problem', path: sourcePathOf(name), detail };
}

function readShortWrite(text: string): TarMessage | undefined {
  const [, name, detail] = SHORT_WRITE.exec(text) ?? [];
  return name === undefined || detail === undefined ? undefined : { kind: 'problem', path: sourcePathOf(name), detail };
}

function general(text: string): TarMessage {
  const totals = TOTALS.exec(text);
  if (totals !== null) return { kind: 'totals', bytes: Number(totals[1]) };
  return SUMMARY.test(text) || HARMLESS.test(text) ? { kind: 'note', text } : { kind: 'fatal', text };
}

function takeApart(line: string, program: string): { path?: BytePath; text: string } {
  const text = line.startsWith(`${program}: `) ? line.slice(program.length + 2) : line;
  if (!text.startsWith('"')) return { text };
  try {
    const { value, end } = readQuotedName(text, 0);
    return text.startsWith(': ', end) ? { path: sourcePathOf(value), text: text.slice(end + 2) } : { text };
  } catch {
    // Not a name, but a message that begins with a quote.
    return { text };
  }
}

/** The words of the system, where tar gives them. */
function detailOf(text: string): string {
  const words = /^(?:Warning: )?Cannot [\w ]+: (.+)$/.exec(text);
  return words?.[1] ?? text.replace(/^Warning: /, '');
}
