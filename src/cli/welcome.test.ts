import { expect, test } from 'vitest';
import { welcome } from './welcome.ts';

test.each([
  ['127.0.0.1', '127.0.0.1:8080'],
  ['chat.example.org', 'chat.example.org:8080'],
  ['::1', '[::1]:8080'],
  ['0.0.0.0', 'localhost:8080'],
  ['::', 'localhost:8080'],
])('a server on %s is reached at %s', (host, address) => {
  const lines = welcome({ host, port: 8080 }, true).split('\n');
  expect(lines).toContain(`  docs     http://${address}/docs`);
  expect(lines).toContain(`  gRPC     ${address}`);
  expect(lines).toContain(`  look     grpcurl -plaintext ${address} list`);
});

test('a server without reflection cannot be looked at', () => {
  expect(welcome({ host: '127.0.0.1', port: 8080 }, false)).not.toContain('grpcurl');
});
