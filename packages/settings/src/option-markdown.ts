import { fileKeyOf, type OptionTable } from './option-table.ts';
import { optionHelp, optionUsage } from './option-text.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** Every option as Markdown tables, one per group, for documents. Ends with a line end. */
export function optionMarkdown(table: OptionTable): string {
  const parts = table.groups.map(({ group, title }) => {
    const rows = table.options
      .filter((option) => option.group === group)
      .map((option) => {
        const later = option.later === undefined ? '' : ' *(not in this version)*';
        return `| \`${cell(option.only ? '' : optionUsage(option))}\` | \`${fileKeyOf(option)}\` | ${cell(optionHelp(option))}${later} |`;
      });
    return `### ${title}\n\n| Option | Key in files | Meaning |\n|---|---|---|\n${rows.join('\n')}\n`;
  });
  return parts.join('\n');
}
