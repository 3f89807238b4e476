// In CI a test that fails is tried once more: machines there are shared, and servers are real. What passed only then is named by
// tools/ci/summary.mjs, with its first failure in the log, and is to be looked into.
import { jest } from '@jest/globals';

jest.retryTimes(1, { logErrorsBeforeRetry: true, retryImmediately: true });
