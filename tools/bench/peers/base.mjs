import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { find } from './find.mjs';
import { quote } from './quote.mjs';

/** What could not be cheaper: the tar command lines of our engine, the same snapshot file, the compressor and openssl, joined by a shell. */
export function base({ place, source, passFile, tarArguments, zstdArguments, variant, pack: otherPack }) {
  const snapshot = join(place.state, 'snapshot');
  const cipher = (...more) => quote('openssl', 'enc', '-aes-256-cfb', ...more, '-pass', `file:${passFile}`);
  const [usual, unpack] = variant.compression === 'gzip' ? ['gzip', 'gzip -dc'] : [quote('zstd', ...zstdArguments), 'zstd -q -dc'];
  const pack = otherPack ?? usual;
  const levels = [];
  const take = () => {
    const level = join(place.store, `level-${levels.length}`);
    const first = levels.length === 0 ? `: >${quote(snapshot)}` : `cp ${quote(snapshot)} ${quote(`${snapshot}-before`)}`;
    levels.push(level);
    const tar = [
      'tar',
      ...tarArguments.createArguments({
        snapshotPath: snapshot,
        indexPath: join(place.state, 'index'),
        directory: source,
        member: '.',
        excludes: [],
        excludeCaches: false,
        excludeIfPresent: [],
        lists: {},
        dereference: 'none',
      }),
    ];
    return `${first}; TZ=UTC0 ${quote(...tar)} | ${pack} ${variant.encrypted ? `| ${cipher()} ` : ''}>${quote(level)}`;
  };
  const giveBack = (target) => (level, at) => {
    const tar = [
      'tar',
      ...tarArguments.extractArguments({ indexPath: join(place.state, 'restored'), target, placement: 'empty', level: at, keepOwners: process.getuid() === 0 }),
    ];
    return variant.encrypted ? `${cipher('-d')} <${quote(level)} | ${unpack} | ${quote(...tar)}` : `${unpack} <${quote(level)} | ${quote(...tar)}`;
  };
  return {
    full: take,
    increment: take,
    restore: (target) => [`mkdir -p ${quote(target)}`, ...levels.map(giveBack(target))].join(' && '),
    restoredBelow: (target) => target,
  };
}

/** A full as the agent's programs make it, without the agent: what its compressor costs more than one gzip is not Node's. */
export function basePigz(needs) {
  if (find('pigz') === undefined) return undefined;
  return { full: base({ ...needs, pack: `pigz -c -p ${availableParallelism()}` }).full };
}
