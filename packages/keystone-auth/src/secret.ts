import { inspect } from 'node:util';

const HIDDEN = '[hidden]';

/** A password or token that no log, template, `JSON.stringify` or `console.log` shows. Only `reveal` gives it. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** Wraps a text; a `Secret` stays what it is. */
  static of(value: string | Secret): Secret {
    return typeof value === 'string' ? new Secret(value) : value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}

/** The text on one line of at most 200 characters, with every given secret taken out: servers repeat what they were sent. */
export function withoutSecrets(text: string, secrets: readonly Secret[]): string {
  let clean = text;
  // Longest first: a secret may be part of another.
  const values = secrets.map((secret) => secret.reveal()).filter((value) => value !== '');
  for (const value of values.sort((a, b) => b.length - a.length)) {
    for (const form of new Set([value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)])) clean = clean.replaceAll(form, HIDDEN);
  }
  const line = clean.replaceAll(/\s+/g, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}

/** A URL as it may be shown: without user, password, query and fragment. */
export function shownUrl(url: string): string {
  if (!URL.canParse(url)) return 'what is no URL';
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  shown.search = '';
  shown.hash = '';
  return shown.href;
}
