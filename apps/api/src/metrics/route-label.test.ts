import { expect, test } from '@jest/globals';
import { routeLabel } from './route-label.ts';

test.each([
  ['/', '/'],
  ['/healthcheck', '/healthcheck'],
  ['/v1', '/v1'],
  ['/v2/', '/v2'],
  ['/v2/8f0/jobs', '/v2/:project/jobs'],
  ['/v2/8f0/jobs/', '/v2/:project/jobs'],
  ['/v2/8f0/jobs/a-b/event', '/v2/:project/jobs/:id/event'],
  ['/v2/8f0/sessions/s/jobs/j', '/v2/:project/sessions/:id/jobs/:id'],
  ['/v1/clients/x_y', '/v1/clients/:id'],
  ['/v2/8f0/jobs/a/b/c/d', 'other'],
  ['/v2/8f0/nothing', 'other'],
  ['/etc/passwd', 'other'],
])('%s counts as %s', (path, label) => {
  expect(routeLabel(path)).toBe(label);
});
