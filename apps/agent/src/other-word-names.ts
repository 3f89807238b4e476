/** The words that stand first and are no action, without loading what they do. */
export const OTHER_WORD_NAMES: ReadonlySet<string> = new Set(['config-sample', 'man', 'completion', 'make-pass-file']);
