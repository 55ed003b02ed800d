import { expect, test } from 'vitest';
import { welcome } from './welcome.ts';

test.each([
  ['127.0.0.1', '127.0.0.1:8080'],
  ['chat.example.org', 'chat.example.org:8080'],
  ['::1', '[::1]:8080'],
  ['0.0.0.0', 'localhost:8080'],
  ['::', 'localhost:8080'],
])('a server on %s is reached at %s', (host, address) => {
  const lines = welcome({ host, port: 8080 }, { reflection: true, storage: 'memory' }).split('\n');
  expect(lines).toContain(`  docs     http://${address}/docs`);
  expect(lines).toContain(`  gRPC     ${address}`);
  expect(lines).toContain(`  look     grpcurl -plaintext ${address} list`);
  expect(lines).toContain(`  HTTP     http://${address}`);
});

test('a server with TLS and a port for gRPC is reached at both', () => {
  const tls = { certPath: 'a file', keyPath: 'a file' };
  const address = { host: '::', port: 8080, grpcPort: 9090 };
  const lines = welcome(address, { reflection: true, storage: 'memory', tls }).split('\n');
  expect(lines).toContain('  gRPC     localhost:9090');
  expect(lines).toContain('  look     grpcurl localhost:9090 list');
  expect(lines).toContain('  HTTP     https://localhost:8080');
});

test('a server without reflection cannot be looked at', () => {
  expect(welcome({ host: '127.0.0.1', port: 8080 }, { reflection: false, storage: 'memory' })).not.toContain('grpcurl');
});

test('a server says where it keeps everything', () => {
  const address = { host: '127.0.0.1', port: 8080 };
  expect(welcome(address, { reflection: true, storage: 'memory' })).toContain('until it stops');
  expect(welcome(address, { reflection: true, storage: 'redis' })).toContain('in Redis');
});
