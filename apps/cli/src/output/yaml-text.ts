import type { JsonValue } from '@freezer/models';
import { stringify } from 'yaml';

/** YAML 1.1 and 1.2 alike: words such as `no` and `on` are quoted. Ends with a line end. */
export function yamlText(value: JsonValue): string {
  return stringify(value, { version: '1.1', lineWidth: 0 });
}
