import { expect, test } from 'vitest';
import { createLogger } from './logger.ts';

function lines(log: (logger: ReturnType<typeof createLogger>) => void): readonly unknown[] {
  const written: unknown[] = [];
  log(createLogger({ logLevel: 'info', logFormat: 'json' }, { write: (line) => written.push(JSON.parse(line)) }));
  return written;
}

test('a line is JSON with its level by name, the time in ISO form, its fields and its message', () => {
  expect(lines((log) => log.info({ port: 8080 }, 'listening'))).toStrictEqual([
    {
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      port: 8080,
      msg: 'listening',
    },
  ]);
});

test('lines below the level are left out', () => {
  expect(lines((log) => log.debug({}, 'detail'))).toStrictEqual([]);
});

test('an error has its message and stack', () => {
  const [line] = lines((log) => log.error({ err: new Error('broken') }, 'failed'));
  expect(line).toMatchObject({ err: { message: 'broken', stack: expect.stringContaining('logger.test.ts') } });
});
