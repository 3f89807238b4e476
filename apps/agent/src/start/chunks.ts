import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { type CompiledChunks, mayWrite, readCompiled, writeCompiled } from './code-cache.ts';

export interface ChunksPlace {
  /** Where the build put them. */
  readonly folder: string;
  /** Where the code that V8 made of them is kept; undefined: nowhere. */
  readonly cachePath: string | undefined;
}

/**
 * Loads the parts of which the build made the program, each when it is asked for. V8 takes half as long when it need not compile them:
 * what it made of them is kept beside them by the first run that may write there, as Python does. A run that needs further parts adds them.
 */
export class Chunks {
  readonly #place: ChunksPlace;
  readonly #require: NodeJS.Require;
  readonly #compiled: CompiledChunks;
  readonly #scripts = new Map<string, Script>();
  readonly #modules = new Map<string, { readonly exports: unknown }>();
  #isComplete = true;
  #isRefused = false;

  constructor(place: ChunksPlace) {
    this.#place = place;
    this.#require = createRequire(join(place.folder, 'none.cjs'));
    this.#compiled = (place.cachePath === undefined ? undefined : readCompiled(place.cachePath)) ?? new Map();
  }

  /** What a chunk exports. */
  load(name: string): unknown {
    const known = this.#modules.get(name);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    this.#modules.set(name, module);
    const path = join(this.#place.folder, name);
    const need = (id: string): unknown => (id.startsWith('./') && id.endsWith('.cjs') ? this.load(id.slice(2)) : this.#require(id));
    try {
      this.#script(name, path).runInThisContext()(need, module, module.exports, path, this.#place.folder);
    } catch (error) {
      // Who asks again hears of it again.
      this.#modules.delete(name);
      throw error;
    }
    return module.exports;
  }

  #script(name: string, path: string): Script {
    const cachedData = this.#compiled.get(name);
    const source = `(function(require,module,exports,__filename,__dirname){${readFileSync(path, 'latin1')}\n})`;
    const script = new Script(source, { filename: path, ...(cachedData && { cachedData }) });
    if (cachedData === undefined) this.#isComplete = false;
    else if (script.cachedDataRejected === true) this.#isRefused = true;
    this.#scripts.set(name, script);
    return script;
  }

  /** Keeps what was compiled in this run, unless all of it was there. To be called at the end: by then V8 knows which functions are used. */
  save(): void {
    const { cachePath } = this.#place;
    // V8 refuses what it made under other flags: that stays for those who use them.
    if (cachePath === undefined || this.#isComplete || this.#isRefused || !mayWrite(cachePath)) return;
    const made = [...this.#scripts].map(([name, script]) => [name, script.createCachedData()] as const);
    writeCompiled(cachePath, new Map([...this.#compiled, ...made]));
  }
}
