import { describe, expect, test } from 'vitest';
import { duration, hostName, matching, oneOf, path, ratio, trueOrFalse, wholeNumber, type Kind } from './setting.ts';

const port = wholeNumber({ min: 0, max: 65_535 });
const upToAnHour = duration({ min: 1_000, max: 3_600_000 });

describe('a value', () => {
  test.each<[Kind<unknown>, string, unknown]>([
    [port, '0', 0],
    [port, '65535', 65_535],
    [upToAnHour, '1s', 1_000],
    [upToAnHour, '1h', 3_600_000],
    [oneOf('json', 'pretty'), 'pretty', 'pretty'],
    [trueOrFalse(), 'true', true],
    [trueOrFalse(), 'false', false],
    [ratio(), '0', 0],
    [ratio(), '0.25', 0.25],
    [ratio(), '0.000001', 0.000001],
    [ratio(), '1', 1],
    [hostName(), 'localhost', 'localhost'],
    [hostName(), 'chat.example.org', 'chat.example.org'],
    [hostName(), '0.0.0.0', '0.0.0.0'],
    [hostName(), '7.example.org', '7.example.org'],
    [hostName(), '::1', '::1'],
    [hostName(), 'fe80::1%eth0', 'fe80::1%eth0'],
    [path(), '/etc/veche.yaml', '/etc/veche.yaml'],
    [matching('name', /^a+$/, 'some a'), 'aaa', 'aaa'],
  ])('%o reads %s', (kind, text, value) => {
    expect(kind.read(text)).toBe(value);
    expect(kind.write(value)).toBe(text);
  });

  test.each<[Kind<unknown>, string]>([
    [port, '65536'],
    [port, '-1'],
    [port, '80.5'],
    [port, '0x50'],
    [port, '1e3'],
    [port, ' 80'],
    [port, ''],
    [port, '9'.repeat(400)],
    [upToAnHour, '999ms'],
    [upToAnHour, '1h1ms'],
    [upToAnHour, '3600'],
    [upToAnHour, `${'9'.repeat(400)}s`],
    [oneOf('json', 'pretty'), 'JSON'],
    [oneOf('json', 'pretty'), ''],
    [trueOrFalse(), 'yes'],
    [trueOrFalse(), 'constructor'],
    [ratio(), '1.1'],
    [ratio(), '-0.1'],
    [ratio(), '.5'],
    [ratio(), '0.0000001'],
    [ratio(), '10%'],
    [hostName(), ''],
    [hostName(), 'localhost:8080'],
    [hostName(), 'http://localhost'],
    [hostName(), 'a b'],
    [hostName(), '[::1]'],
    [hostName(), '::g'],
    [hostName(), '999.1.1.1'],
    [hostName(), '127.1'],
    [hostName(), 'example..org'],
    [path(), ''],
    [matching('name', /^a+$/, 'some a'), 'aab'],
  ])('%o refuses %j', (kind, text) => {
    expect(kind.read(text)).toBeUndefined();
  });

  test('says what is allowed', () => {
    expect(port.allowed).toBe('a whole number from 0 to 65535');
    expect(upToAnHour.allowed).toBe('a duration from 1s to 1h, such as 1500ms, 90s or 1h30m');
    expect(oneOf('json', 'pretty').allowed).toBe('one of json, pretty');
    expect(oneOf('memory').allowed).toBe('memory');
  });
});
