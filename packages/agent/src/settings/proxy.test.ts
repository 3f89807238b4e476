import { describe, expect, test } from '@jest/globals';
import { proxyEnvironment, readProxy } from './proxy.ts';

describe('--proxy', () => {
  test.each([
    ['HTTP://Proxy.Example:3128', 'http://proxy.example:3128'],
    ['https://Me:PassWord@Proxy/', 'https://Me:PassWord@proxy'],
    ['http://10.0.0.1:8080/', 'http://10.0.0.1:8080'],
    ['ftp://proxy', undefined],
    ['proxy:3128', undefined],
    ['http://', undefined],
    ['', undefined],
  ])('%j is %j', (text, address) => {
    expect(readProxy(text)).toBe(address);
  });

  test('takes the place of all proxies, or all away', () => {
    const none = { http_proxy: undefined, https_proxy: undefined, HTTP_PROXY: undefined, HTTPS_PROXY: undefined };
    expect(proxyEnvironment('http://p')).toEqual({ ...none, HTTP_PROXY: 'http://p', HTTPS_PROXY: 'http://p' });
    expect(proxyEnvironment('')).toEqual(none);
    expect(proxyEnvironment(undefined)).toEqual({});
  });
});
