import { FreezerError } from '@freezer/core';
import type { RawValue, RawValues } from './layers.ts';
import type { Option } from './option.ts';
import { isFlagOption, keyOf, type OptionTable, sectionOf } from './option-table.ts';
import type { SettingValue } from './settings-of.ts';
import { readBoolean } from './values.ts';

/** As Python's `string.Template` with the names of oslo.config; `\$` is taken for `$$`. */
const NAME = /\$(?:(\$)|([_a-z][._a-z0-9]*)|\{([_a-z][._a-z0-9]*)\})/gi;

/** Puts the values of settings in the place of their names, `$name` or `${name}`, in what files of a host give. */
export class Substitution {
  readonly #table: OptionTable;
  readonly #values: RawValues;
  readonly #presetOf: (option: Option) => SettingValue;
  readonly #open: string[] = [];

  /** `presetOf` gives what stands where no place gave a value. */
  constructor(table: OptionTable, values: RawValues, presetOf: (option: Option) => SettingValue) {
    this.#table = table;
    this.#values = values;
    this.#presetOf = presetOf;
  }

  /** The texts of a value with all names replaced. Fails with `invalid`: a name that no setting has, or a circle. */
  textsOf(raw: RawValue): readonly string[] {
    if (!raw.template) return raw.texts;
    const key = keyOf(raw.option);
    if (this.#open.includes(key))
      throw new FreezerError('invalid', `${raw.place}: refers to itself: ${[...this.#open, key].map((name) => `$${name}`).join(', ')}`);
    this.#open.push(key);
    const texts = raw.texts.map((text) => this.#expand(text, raw));
    this.#open.pop();
    return texts;
  }

  #expand(text: string, raw: RawValue): string {
    return text.replaceAll('\\$', '$$$$').replaceAll(NAME, (_, escaped: string | undefined, plain: string | undefined, braced: string | undefined) => {
      return escaped === undefined ? this.#valueOf(plain ?? braced ?? '', raw) : '$';
    });
  }

  #valueOf(name: string, { place, option: asking }: RawValue): string {
    // As in oslo.config: of the same section, else of DEFAULT, else of the section that is named.
    const option = this.#table.ofKey(`${sectionOf(asking)}.${name}`) ?? this.#table.ofKey(name);
    if (!option) {
      const shown = asking.secret ? 'a $ of its value' : `$${name}`;
      throw new FreezerError('invalid', `${place}: ${shown} names no setting; a dollar sign is written $$`);
    }
    const given = this.#values.get(keyOf(option));
    const texts = given ? this.textsOf(given) : [this.#presetOf(option)].flat();
    if (texts.length > 1) throw new FreezerError('invalid', `${place}: $${name} has several values`);
    const [value] = texts;
    if (isFlagOption(option)) return (typeof value === 'string' ? readBoolean(value) : value) ? 'True' : 'False';
    return value === undefined ? '' : String(value);
  }
}
