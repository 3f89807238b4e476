type Snake<Name extends string> = Name extends `${infer Head}-${infer Tail}` ? `${Head}_${Snake<Tail>}` : Name;

type FileKeyOf<Row> = Row extends { readonly key: infer Key extends string }
  ? Key
  : Row extends { readonly name: infer Name extends string }
    ? Snake<Name>
    : never;

type KeyOf<Row> = Row extends { readonly section: infer Section extends string } ? `${Section}.${FileKeyOf<Row>}` : FileKeyOf<Row>;

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
 * The settings that a table of rows (`as const`) gives, by `keyOf`. What no place gave and has no default is undefined; what may be given
 * several times is a list. Sizes are bytes, ages days, dates epoch seconds, paths absolute, modes the rights of a file.
 */
export type SettingsOf<Row> = { readonly [Each in Row as KeyOf<Each>]: ValueOf<Each> };

/** One value before it is known to which key it belongs. */
export type SettingValue = string | number | boolean | readonly (string | number)[] | undefined;
