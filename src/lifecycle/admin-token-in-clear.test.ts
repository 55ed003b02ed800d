import { describe, expect, test } from 'vitest';
import { isAdminTokenInClear } from './admin-token-in-clear.ts';

const adminToken = 'a-token-of-operators';
const tls = { certPath: 'cert.pem', keyPath: 'key.pem' };

describe('an admin token travels in the clear', () => {
  test.each(['0.0.0.0', '::', '192.168.1.7', '2001:db8::1', 'chat.example.org', 'localhost.example.org'])(
    'to a server that listens on %s without TLS, and only then',
    (host) => {
      expect(isAdminTokenInClear({ host, adminToken })).toBe(true);
      expect(isAdminTokenInClear({ host, adminToken, tls })).toBe(false);
      expect(isAdminTokenInClear({ host, adminToken: undefined })).toBe(false);
    },
  );

  test.each(['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1', 'localhost', 'LOCALHOST'])(
    'not to one that is reached from its own machine only: %s',
    (host) => {
      expect(isAdminTokenInClear({ host, adminToken })).toBe(false);
    },
  );
});
