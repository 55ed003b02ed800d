import { DatabaseError } from 'pg';
import { describe, expect, test } from 'vitest';

import { StorageFullError, StorageUnavailableError, UnusableStorageError } from '../storage.ts';
import {
  isBrokenConnection,
  isRefusedStatement,
  isRolledBack,
  openingFailure,
  operationFailure,
} from './driver-errors.ts';

/** An error as the server sends it, with names in it that no caller may see. */
function databaseError(code: string, severity = 'ERROR'): DatabaseError {
  return Object.assign(new DatabaseError('INSERT INTO secret at db.example', 0, 'error'), { code, severity });
}

describe('failures of the driver', () => {
  test.each([
    ['the connection is lost', new Error('Connection terminated unexpectedly')],
    ['nobody listens', Object.assign(new Error('connect ECONNREFUSED 10.1.2.3:5432'), { code: 'ECONNREFUSED' })],
    ['the connection fails', databaseError('08006')],
    ['the server shuts down', databaseError('57P01', 'FATAL')],
    ['the server starts', databaseError('57P03', 'FATAL')],
    ['a statement takes too long', databaseError('57014')],
    ['a lock takes too long', databaseError('55P03')],
    ['there are too many connections', databaseError('53300', 'FATAL')],
    ['it deadlocks again and again', databaseError('40P01')],
    ['the server is a standby', databaseError('25006')],
  ])('when %s, the storage is unavailable', (_name, cause) => {
    const failure = operationFailure(cause);
    expect(failure).toBeInstanceOf(StorageUnavailableError);
    expect(failure.cause).toBe(cause);
    expect(failure.message).not.toMatch(/secret|example|10\.1/);
  });

  test.each(['22P02', '23514', '54000'])('what quotes the values of a statement says its code only: %s', (code) => {
    const cause = Object.assign(databaseError(code), { detail: 'secret', where: 'secret', internalQuery: 'secret' });
    const failure = operationFailure(cause);
    expect(failure.message).toContain(code);
    expect(`${cause.message} ${cause.stack} ${JSON.stringify(cause)}`).not.toContain('secret');
  });

  test('a full disk is a full storage', () => {
    expect(operationFailure(databaseError('53100'))).toBeInstanceOf(StorageFullError);
  });

  test.each(['22021', '23505', '42P01'])('what else the server refuses (%s) is our fault', (code) => {
    const failure = operationFailure(databaseError(code));
    expect(failure).not.toBeInstanceOf(StorageUnavailableError);
    expect(failure.message).not.toMatch(/secret|example/);
    expect(failure.message).toContain(code);
  });

  test.each(['26000', '42P05'])('a pooler that mixes up prepared statements (%s) is told of', (code) => {
    expect(operationFailure(databaseError(code)).message).toMatch(/prepared statements/);
  });

  test('an argument that cannot be written is our fault', () => {
    const cause = new TypeError('cannot be serialized');
    expect(operationFailure(cause)).toBe(cause);
  });

  test.each(['28P01', '28000', '3D000', '42501'])('%s at the start cannot be mended by waiting', (code) => {
    const cause = databaseError(code, 'FATAL');
    expect(openingFailure(cause)).toBeInstanceOf(UnusableStorageError);
    expect(openingFailure(operationFailure(cause))).toBeInstanceOf(UnusableStorageError);
  });

  test('a server that is not there at the start may come', () => {
    expect(openingFailure(new Error('connect ECONNREFUSED'))).toBeInstanceOf(StorageUnavailableError);
  });

  test('only what the server has rolled back is tried again', () => {
    expect(['40001', '40P01', '55P03', '08006'].map((code) => isRolledBack(databaseError(code)))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(isRolledBack(new Error('Connection terminated'))).toBe(false);
  });

  test('posts are sent singly only where nothing was done for certain', () => {
    expect(['22021', '54000', '57014', '53100'].map((code) => isRefusedStatement(databaseError(code)))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(isRefusedStatement(new Error('Connection terminated'))).toBe(false);
  });

  test('a connection outlives what was refused on it, unless the server says otherwise', () => {
    expect(isBrokenConnection(databaseError('22021'))).toBe(false);
    expect(isBrokenConnection(databaseError('57P01', 'FATAL'))).toBe(true);
    expect(isBrokenConnection(databaseError('25006'))).toBe(true);
    expect(isBrokenConnection(new Error('Connection terminated'))).toBe(true);
  });
});
