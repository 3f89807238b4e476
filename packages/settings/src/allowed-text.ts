import type { Option } from './option.ts';

function rangeText({ min, max }: Option, unit: string): string {
  if (min !== undefined && max !== undefined) return `${unit} from ${min} to ${max}`;
  if (min !== undefined) return `${unit}, ${min} or more`;
  return max === undefined ? unit : `${unit}, ${max} or less`;
}

/** What a value of an option may be, in a few words, for messages and samples. Choices of which this version has none yet are among them. */
export function allowedText(option: Option): string {
  switch (option.type) {
    case 'bool':
    case 'switch':
      return 'true or false';
    case 'int':
      return rangeText(option, 'a whole number');
    case 'float':
      return rangeText(option, 'a number');
    case 'size':
      return `${rangeText(option, 'bytes')}, or with a unit, as in 1k, 10K, 120M, 10G`;
    case 'days':
      return 'days, or with a unit, as in 30, 0.5, 12h, 7d, 2w';
    case 'date':
      return 'YYYY-MM-DDThh:mm:ss in local time, or with Z or an offset such as +02:00';
    case 'mode':
      return '0600, 0640, 0660, 0644 and the like';
    case 'choice':
    case 'kind':
      return (option.choices ?? []).join(', ');
    case 'path':
      return 'a path';
    case 'string':
      return 'a text';
  }
}
