/** One JSON value on one line, ended. Lone surrogates and the like are escaped, so that the bytes are valid UTF-8. */
export const formatJson = (value: unknown): string => `${JSON.stringify(value) ?? 'null'}\n`;
