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
  const tls = { certPath: 'tls/cert.pem', keyPath: 'tls/key.pem' };
  const address = { host: '::', port: 8080, grpcPort: 9090 };
  const lines = welcome(address, { reflection: true, storage: 'memory', tls }).split('\n');
  expect(lines).toContain('  gRPC     localhost:9090');
  expect(lines).toContain('  look     grpcurl -cacert tls/cert.pem localhost:9090 list');
  expect(lines).toContain('  HTTP     https://localhost:8080');
});

test.each([
  [undefined, 'https://localhost:8080/metrics'],
  [{ host: '::1', port: 9100 }, 'http://[::1]:9100/metrics'],
])('a server whose operators have the port %j shows its metrics at %s', (ops, url) => {
  const tls = { certPath: 'cert.pem', keyPath: 'key.pem' };
  const lines = welcome({ host: '::', port: 8080, ops }, { reflection: true, storage: 'memory', tls }).split('\n');
  expect(lines).toContain(`  metrics  ${url}`);
});

test('a server that asks for certificates of clients says where theirs go', () => {
  const tls = { certPath: 'cert.pem', keyPath: 'key.pem', clientCaPath: 'clients.pem' };
  const lines = welcome({ host: '::1', port: 8080 }, { reflection: true, storage: 'memory', tls });
  expect(lines).toContain('grpcurl -cacert cert.pem -cert CLIENT.pem -key CLIENT-KEY.pem [::1]:8080 list');
});

test('the path of a certificate is written as a shell takes it', () => {
  const tls = { certPath: "Ann's cert.pem", keyPath: 'key.pem' };
  const lines = welcome({ host: '::1', port: 8080 }, { reflection: true, storage: 'memory', tls });
  expect(lines).toContain(String.raw`grpcurl -cacert 'Ann'\''s cert.pem' [::1]:8080 list`);
});

test('a server without reflection cannot be looked at', () => {
  expect(welcome({ host: '127.0.0.1', port: 8080 }, { reflection: false, storage: 'memory' })).not.toContain('grpcurl');
});

test('a server says where it keeps everything', () => {
  const address = { host: '127.0.0.1', port: 8080 };
  expect(welcome(address, { reflection: true, storage: 'memory' })).toContain('until it stops');
  expect(welcome(address, { reflection: true, storage: 'redis' })).toContain('in Redis');
});
