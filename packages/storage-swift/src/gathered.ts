const BLOCK = 512 * 1024;

/**
 * The same bytes in larger chunks. What a socket gives then dies young: kept until a whole piece of a backup is there, such buffers live long
 * enough for V8 to put off their end, and pile up to tens of megabytes. What came before a failure is given before it.
 */
export async function* gathered(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  let block: Buffer | undefined;
  let filled = 0;
  let failure: { readonly error: unknown } | undefined;
  try {
    for await (const chunk of bytes) {
      for (let start = 0; start < chunk.length; ) {
        block ??= Buffer.allocUnsafeSlow(BLOCK);
        const part = chunk.subarray(start, start + BLOCK - filled);
        block.set(part, filled);
        filled += part.length;
        start += part.length;
        if (filled < BLOCK) continue;
        yield block;
        block = undefined;
        filled = 0;
      }
    }
  } catch (error) {
    failure = { error };
  }
  if (block !== undefined) yield block.subarray(0, filled);
  if (failure) throw failure.error;
}
