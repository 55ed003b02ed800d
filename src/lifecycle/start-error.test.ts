import { expect, test } from 'vitest';
import { StorageUnavailableError, UnusableStorageError } from '../storage/storage.ts';
import { portError, StartError, storageError } from './start-error.ts';

const address = { host: '127.0.0.1', port: 8080 };

function failure(code: string): Error {
  return Object.assign(new Error(`listen ${code}`), { code });
}

test('a port in use is put in words that name the setting', () => {
  expect(portError(failure('EADDRINUSE'), address, 'port').message).toBe(
    'cannot open port 8080 on 127.0.0.1: something else is using it: ' +
      'choose another with --port (VECHE_PORT); 0 takes any that is free',
  );
});

test('a port of gRPC in use is put in words that name its setting', () => {
  expect(portError(failure('EADDRINUSE'), address, 'grpc-port').message).toContain('--grpc-port (VECHE_GRPC_PORT)');
});

test.each([
  ['EADDRINUSE', '--ops-port (VECHE_OPS_PORT)'],
  ['EADDRNOTAVAIL', '--ops-host (VECHE_OPS_HOST)'],
])('a port of operators that cannot be opened (%s) is put in words that name its setting', (code, setting) => {
  expect(portError(failure(code), address, 'ops-port').message).toContain(setting);
});

test('a port that only others may open is put in words that name the setting', () => {
  expect(portError(failure('EACCES'), address, 'port').message).toContain('--port (VECHE_PORT)');
});

test.each(['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EAI_AGAIN', 'ENOTFOUND'])(
  'an address that cannot be had (%s) is put in words that name the setting',
  (code) => {
    expect(portError(failure(code), address, 'port').message).toContain('--host (VECHE_HOST)');
  },
);

test('any other failure keeps the words of the system', () => {
  expect(portError(failure('EMFILE'), address, 'port').message).toBe(
    'cannot open port 8080 on 127.0.0.1: listen EMFILE',
  );
});

test.each([
  ['redis', 'Redis does not answer: connection refused; is it running, and is --redis-url (VECHE_REDIS_URL) right?'],
  [
    'postgres',
    'PostgreSQL does not answer: connection refused; is it running, and is --postgres-url (VECHE_POSTGRES_URL) right?',
  ],
] as const)('%s that is not there is put in words that name the setting', (storage, message) => {
  const error = storageError(new StorageUnavailableError('connection refused'), storage);
  expect(error).toBeInstanceOf(StartError);
  expect(error).toMatchObject({ message });
});

test('a storage that cannot be used is told of in its own words', () => {
  const error = storageError(new UnusableStorageError('the password is wrong'), 'redis');
  expect(error).toBeInstanceOf(StartError);
  expect(error).toMatchObject({ message: 'the password is wrong' });
});

test('a storage that fails unexpectedly is not put in words', () => {
  const error = new Error('a fault');
  expect(storageError(error, 'redis')).toBe(error);
});
