import { basename } from 'node:path';
import { FreezerError, type ProgramStage, type Stage } from '@freezer/core';
import type { Compression } from '@freezer/models';
import { type Environment, findProgram } from '@freezer/subprocess';
import { gunzipStage, gzipStage } from './gzip.ts';
import { ZSTD_ARGUMENTS, zstdStage } from './zstd.ts';

export interface CompressionOptions {
  /** How many threads a program may use; zstd takes one. Default: 1. */
  readonly cores?: number | undefined;
  /** Where programs are looked for. Default: our own environment. */
  readonly environment?: Environment | undefined;
}

/** What to install when neither a program nor Node can do it. */
const PACKAGES: Readonly<Record<Exclude<Compression, 'none'>, string>> = { gzip: 'gzip', bzip2: 'bzip2', xz: 'xz-utils', zstd: 'zstd' };

/**
 * The stages that compress, at the default level of the tool (of the program zstd see `ZSTD_ARGUMENTS`): none for 'none', a program that writes to standard output, or a step in
 * this process. Fails with `unsupported`, naming the package to install.
 */
export async function compressStage(algorithm: Compression, { cores = 1, environment }: CompressionOptions = {}): Promise<Stage[]> {
  switch (algorithm) {
    case 'none':
      return [];
    case 'gzip':
      return [(cores > 1 ? await program(['pigz'], () => ['-c', '-p', `${cores}`], environment) : undefined) ?? gzipStage()];
    case 'bzip2':
      return [
        (await program(cores > 1 ? ['pbzip2', 'bzip2'] : ['bzip2'], (name) => (name === 'pbzip2' ? ['-c', `-p${cores}`] : ['-c']), environment)) ??
          missing('bzip2'),
      ];
    case 'xz':
      return [(await program(['xz'], () => ['-c', `-T${cores}`], environment)) ?? missing('xz')];
    case 'zstd':
      return [(await program(['zstd'], () => [...ZSTD_ARGUMENTS], environment)) ?? zstdStage('compress') ?? missing('zstd')];
  }
}

/** The stages that undo `compressStage`. Fails with `unsupported`, naming the package to install. */
export async function decompressStage(algorithm: Compression, { environment }: Pick<CompressionOptions, 'environment'> = {}): Promise<Stage[]> {
  switch (algorithm) {
    case 'none':
      return [];
    case 'gzip':
      return [gunzipStage()];
    case 'bzip2':
      return [(await program(['bzip2', 'pbzip2'], () => ['-dc'], environment)) ?? missing('bzip2')];
    case 'xz':
      return [(await program(['xz'], () => ['-dc'], environment)) ?? missing('xz')];
    case 'zstd':
      return [(await program(['zstd'], () => ['-q', '-dc'], environment)) ?? zstdStage('decompress') ?? missing('zstd')];
  }
}

async function program(names: readonly string[], args: (name: string) => string[], environment: Environment | undefined): Promise<ProgramStage | undefined> {
  const command = await findProgram(names, environment);
  if (command === undefined) return undefined;
  const name = basename(command);
  return { kind: 'program', name, command, args: args(name) };
}

function missing(algorithm: Exclude<Compression, 'none'>): never {
  throw new FreezerError('unsupported', `compression ${algorithm}: the program ${algorithm} is not installed (Debian package ${PACKAGES[algorithm]})`);
}
