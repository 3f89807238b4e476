/** A promise that somebody else settles; never unhandled. */
export interface Later<T> {
  readonly promise: Promise<T>;
  readonly settled: boolean;
  resolve(value: T): void;
  reject(error: unknown): void;
}

/** The first of `resolve` and `reject` counts. */
export function settleLater<T>(): Later<T> {
  let settled = false;
  let onValue: (value: T) => void = () => undefined;
  let onError: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((resolve, reject) => {
    onValue = resolve;
    onError = reject;
  });
  promise.catch(() => undefined);
  return {
    promise,
    get settled() {
      return settled;
    },
    resolve: (value) => {
      settled = true;
      onValue(value);
    },
    reject: (error) => {
      settled = true;
      onError(error);
    },
  };
}
