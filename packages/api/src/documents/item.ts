/** A document as the store keeps it: the item of version 2, with everything that any version shows. */
export type Item = Record<string, unknown>;
