/** Scheme and host in small letters, the rest as it is: an account may have capitals. Undefined when it is no address of an HTTP proxy. */
export function readProxy(text: string): string | undefined {
  if (!/^https?:\/\/[^/]/i.test(text) || !URL.canParse(text)) return undefined;
  return new URL(text).href.replace(/\/$/, '');
}

/** What `--proxy` changes in the environment, by name; undefined takes a name away. '' takes away all, and no `--proxy` changes nothing. */
export function proxyEnvironment(proxy: string | undefined): Readonly<Record<string, string | undefined>> {
  if (proxy === undefined) return {};
  const address = readProxy(proxy);
  return { http_proxy: undefined, https_proxy: undefined, HTTP_PROXY: address, HTTPS_PROXY: address };
}
