import type { Option as AnyOption } from '@freezer/settings';

export type OptionGroup =
  | 'what'
  | 'where'
  | 'levels'
  | 'content'
  | 'encryption'
  | 'restore'
  | 'retention'
  | 'running'
  | 'results'
  | 'logging'
  | 'limits'
  | 'snapshot'
  | 'databases'
  | 'servers'
  | 'cloud';

export const ACTION_NAMES = ['backup', 'restore', 'verify', 'list', 'show', 'find', 'diff', 'copy', 'pin', 'unpin', 'admin', 'info', 'exec'] as const;
export type ActionName = (typeof ACTION_NAMES)[number];

/** One option of the agent: on the command line `--name`, in files and in `Settings` its `key`. */
export interface Option extends AnyOption {
  readonly group: OptionGroup;
  readonly actions?: readonly ActionName[];
}
