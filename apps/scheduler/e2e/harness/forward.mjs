// Joins ports of one address to those of another: forward.mjs LISTEN_ADDRESS TARGET_ADDRESS PORT...
import { connect, createServer } from 'node:net';

const [listen, target, ...ports] = process.argv.slice(2);
for (const port of ports) {
  const server = createServer((near) => {
    const far = connect(Number(port), target);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ]) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
      one.pipe(other);
    }
  });
  server.listen(Number(port), listen);
}
