import type { CallOptions } from '@freezer/core';
import type { SwiftClient } from './client.ts';
import type { Deed } from './failure.ts';
import { headOf, type ObjectFacts } from './object-facts.ts';
import { partsOf } from './parts.ts';
import { ownerOfFolder } from './segment-folders.ts';

const AT_ONCE = 8;

/** What one listing finds out about objects and folders, each asked for once. */
export class Claims {
  readonly #client: SwiftClient;
  readonly #deed: Deed;
  readonly #container: string;
  readonly #options: CallOptions;
  readonly #facts = new Map<string, Promise<ObjectFacts | undefined>>();

  constructor(client: SwiftClient, deed: Deed, container: string, options: CallOptions) {
    this.#client = client;
    this.#deed = deed;
    this.#container = container;
    this.#options = options;
  }

  facts(name: string): Promise<ObjectFacts | undefined> {
    let known = this.#facts.get(name);
    if (known === undefined) this.#facts.set(name, (known = headOf(this.#client, this.#deed, { container: this.#container, name }, this.#options)));
    return known;
  }

  /** Whether what lies in a folder are parts of an object that is there: it is seen as that object. Else they are remains, and seen as what they are. */
  async isClaimed(folder: string): Promise<boolean> {
    const owner = ownerOfFolder(folder);
    const facts = owner === undefined ? undefined : await this.facts(owner);
    if (owner === undefined || facts === undefined) return false;
    if (facts.dynamic) return facts.dynamic.container === this.#container && facts.dynamic.prefix.replace(/\/$/, '') === folder;
    if (!facts.isStatic) return false;
    const parts = await partsOf(this.#client, this.#deed, { container: this.#container, name: owner }, facts, this.#options);
    if (parts !== undefined) for await (const part of parts) return part.container === this.#container && part.name.startsWith(`${folder}/`);
    return false;
  }

  /** Asks for several at the same time. */
  async prepare(names: readonly string[]): Promise<void> {
    for (let start = 0; start < names.length; start += AT_ONCE) await Promise.all(names.slice(start, start + AT_ONCE).map((name) => this.facts(name)));
  }
}
