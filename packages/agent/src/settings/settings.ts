import type { OptionRow } from './option-table.ts';

type Snake<Name extends string> = Name extends `${infer Head}-${infer Tail}` ? `${Head}_${Snake<Tail>}` : Name;

type KeyOf<Row> = Row extends { readonly key: infer Key extends string } ? Key : Row extends { readonly name: infer Name extends string } ? Snake<Name> : never;

type NumberType = 'int' | 'float' | 'size' | 'days' | 'date' | 'mode';

type OneOf<Row> = Row extends { readonly type: 'bool' | 'switch' }
  ? boolean
  : Row extends { readonly type: NumberType }
    ? number
    : Row extends { readonly type: 'choice'; readonly choices: readonly (infer Choice extends string)[] }
      ? Choice
      : string;

type ValueOf<Row> = Row extends { readonly repeatable: true }
  ? readonly OneOf<Row>[]
  : Row extends { readonly default: unknown } | { readonly computed: unknown }
    ? OneOf<Row>
    : OneOf<Row> | undefined;

/**
 * The settings of a run, keys as in job files. What no place gave and has no default is undefined; what may be given several times is a list.
 * Sizes are bytes, ages days, dates epoch seconds, paths absolute, `storage_mode` the rights of a file.
 */
export type Settings = { readonly [Row in OptionRow as KeyOf<Row>]: ValueOf<Row> };

export type SettingKey = keyof Settings;

/** One value before it is known to which key it belongs. */
export type SettingValue = string | number | boolean | readonly (string | number)[] | undefined;
