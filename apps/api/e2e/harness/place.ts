import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A folder of its own for a test, with a home in it. */
export class Place {
  readonly folder = mkdtempSync(join(tmpdir(), 'freezer-api-'));
  readonly home = join(this.folder, 'home');
  readonly state = join(this.folder, 'state');

  constructor() {
    mkdirSync(this.home);
  }

  path(...names: readonly string[]): string {
    return join(this.folder, ...names);
  }

  write(name: string, text: string): string {
    const path = this.path(name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  /** No setting of whoever runs the tests. */
  environment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
    return { PATH: process.env['PATH'] ?? '', HOME: this.home, TZ: 'UTC', LC_ALL: 'C.UTF-8', ...more };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
