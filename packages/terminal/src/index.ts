export { formatJson } from './json.ts';
export { printable } from './printable.ts';
export { complain, isReaderGone, outputFailure, printText } from './standard-streams.ts';
export { formatProperties, formatTable, type TableColumn } from './table.ts';
export { padText, textWidth } from './text-width.ts';
export { formatBytes, formatInstant, formatSeconds } from './units.ts';
export { wrap } from './wrap.ts';
