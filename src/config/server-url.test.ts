import { describe, expect, test } from 'vitest';
import { collectorUrl, postgresUrl, redisUrls } from './server-url.ts';

const redis = redisUrls();
const postgres = postgresUrl();

describe('the URL of Redis', () => {
  test.each([
    'redis://localhost',
    'rediss://ann:s3cret@redis.example.org:6380/2',
    'redis://:p%2Cw@127.0.0.1',
    'redis://[::1]:6379/',
    'redis://a:1,redis://b:2',
  ])('may be %s', (text) => {
    expect(redis.write(redis.read(text)!)).toBe(text);
  });

  test('may be several, with blanks after the commas', () => {
    expect(redis.read('redis://a:1, redis://b:2')).toStrictEqual(['redis://a:1', 'redis://b:2']);
  });

  test.each([
    '',
    'localhost:6379',
    'http://localhost',
    'redis://',
    'redis:localhost',
    'redis://a:1,',
    'redis://a:1,b:2',
    'redis://a:99999',
    'redis://a/first',
    'redis://:100%@a',
    'redis://a b',
  ])('may not be %j', (text) => {
    expect(redis.read(text)).toBeUndefined();
  });

  test('is shown without its password', () => {
    expect(redis.mask?.(['redis://ann:s3cret@a:1/2', 'rediss://b'])).toBe('redis://ann:***@a:1/2,rediss://b');
  });
});

describe('the URL of PostgreSQL', () => {
  test.each([
    'postgres://localhost',
    'postgresql://ann:s3cret@db.example.org:5433/veche?sslmode=verify-full',
    'postgres:///veche?host=/run/postgresql',
    'postgres://[::1]/veche',
  ])('may be %s', (text) => {
    expect(postgres.write(postgres.read(text)!)).toBe(text);
  });

  test.each([
    '',
    'localhost',
    'mysql://localhost',
    'postgres://',
    'postgres://a:99999/veche',
    'postgres://a/veche/more',
    'postgres://ann:100%@a/veche',
    'postgres://a/ veche',
  ])('may not be %j', (text) => {
    expect(postgres.read(text)).toBeUndefined();
  });

  test('is shown without its password, wherever it stands', () => {
    expect(postgres.mask?.('postgres://ann:s3cret@a/veche')).toBe('postgres://ann:***@a/veche');
    expect(postgres.mask?.('postgres://a/veche?user=ann&password=s3cret')).toBe(
      'postgres://a/veche?user=ann&password=***',
    );
  });
});

describe('the URL of a collector', () => {
  const collector = collectorUrl();

  test.each(['http://collector:4318', 'https://otlp.example.org/tenant/', 'http://[::1]:4318'])('may be %s', (text) => {
    expect(collector.read(text)).toBe(text);
    expect(collector.mask?.(text)).toBe(text);
  });

  test.each([
    '',
    'collector:4318',
    'grpc://collector:4317',
    'http://',
    'http://ann@collector',
    'http://ann:s3cret@collector',
    'http://collector?token=s3cret',
    'http://collector#traces',
    'http://a b',
  ])('may not be %j', (text) => {
    expect(collector.read(text)).toBeUndefined();
  });
});
