import { OPTION_GROUPS } from './option-groups.ts';
import { keyOf, OPTION_TABLE } from './option-table.ts';
import { optionHelp, optionUsage } from './option-text.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** Every option as Markdown tables, one per group, for documents. Ends with a line end. */
export function optionMarkdown(): string {
  const parts = OPTION_GROUPS.map(({ group, title }) => {
    const rows = OPTION_TABLE.filter((option) => option.group === group).map((option) => {
      const later = option.later === undefined ? '' : ' *(not in this version)*';
      return `| \`${cell(optionUsage(option))}\` | \`${keyOf(option)}\` | ${cell(optionHelp(option))}${later} |`;
    });
    return `### ${title}\n\n| Option | Key in files | Meaning |\n|---|---|---|\n${rows.join('\n')}\n`;
  });
  return parts.join('\n');
}
