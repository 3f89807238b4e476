import { textWidth } from '@freezer/terminal';

// White space; or what belongs together: up to a blank, or behind a hyphen between letters.
const CHUNK =
  /\s+|(?<=[\w!"'&.,?])-{2,}(?=\w)|\S+?(?:-(?:(?<=[\p{L}_]{2}-)|(?<=[\p{L}_]-[\p{L}_]-))(?=[\p{L}_]-?[\p{L}_])|(?=\s|$)|(?<=[\w!"'&.,?])(?=-{2,}\w))/gu;

/**
 * A line broken into lines of at most `width`, at blanks and behind hyphens; a word that is longer begins where there is room and is cut.
 * The places are those that Python's `textwrap` takes.
 */
export function fill(line: string, width: number): string[] {
  const waiting = (line.match(CHUNK) ?? []).map((chunk) => (/^\s/.test(chunk) ? chunk.replaceAll(/\s/g, ' ') : chunk)).reverse();
  const lines: string[] = [];
  while (waiting.length > 0) {
    // Blanks begin no line but the first.
    if (lines.length > 0 && waiting.at(-1)?.trim() === '') waiting.pop();
    const current: string[] = [];
    let used = 0;
    for (let next = waiting.at(-1); next !== undefined && used + textWidth(next) <= width; next = waiting.at(-1)) {
      current.push(next);
      used += textWidth(next);
      waiting.pop();
    }
    const next = waiting.at(-1);
    if (next !== undefined && textWidth(next) > width && used < width) {
      const head = headOf(next, width - used);
      current.push(head);
      if (head === next) waiting.pop();
      else waiting[waiting.length - 1] = next.slice(head.length);
    }
    if (current.at(-1)?.trim() === '') current.pop();
    if (current.length > 0) lines.push(current.join(''));
  }
  return lines;
}

/** As many characters as take `width` columns, up to the last hyphen among them; one at least. */
function headOf(text: string, width: number): string {
  let head = '';
  for (const char of text) {
    if (head !== '' && textWidth(head + char) > width) break;
    head += char;
  }
  const hyphen = head.lastIndexOf('-');
  return hyphen > 0 && head.length < text.length && /[^-]/.test(head.slice(0, hyphen)) ? head.slice(0, hyphen + 1) : head;
}
