import { describe, expect, test } from 'vitest';
import { SETTINGS } from '../config/settings.ts';
import { runCommandLine } from './program.ts';
import { readVersion } from '../lifecycle/version.ts';

interface Outcome {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  let output = '';
  let errors = '';
  const code = await runCommandLine(args, {
    env,
    readFile: (path) => {
      if (path !== 'veche.yaml') throw new Error('no such file');
      return 'max-chats: 7\n';
    },
    write: (text) => (output += text),
    writeError: (text) => (errors += text),
  });
  return { code, output, errors };
}

describe('veche', () => {
  test('--version prints the version', async () => {
    expect(await run(['--version'])).toStrictEqual({ code: 0, output: `${readVersion()}\n`, errors: '' });
  });

  test('--help prints the commands', async () => {
    const { code, output } = await run(['--help']);
    expect(code).toBe(0);
    expect(output).toMatch(/^ {2}serve .*\n {2}config /m);
  });

  test('help prints the same, and that of a command', async () => {
    expect(await run(['help'])).toStrictEqual(await run(['--help']));
    expect(await run(['help', 'serve'])).toStrictEqual(await run(['serve', '--help']));
  });

  test('alone prints the same help as an error', async () => {
    expect(await run([])).toStrictEqual({ code: 2, output: '', errors: (await run(['--help'])).output });
  });

  test.each([['confg'], ['--prot'], ['--prot', '80']])('%s %s is refused with exit code 2', async (...args) => {
    const { code, output, errors } = await run(args);
    expect(code).toBe(2);
    expect(output).toBe('');
    expect(errors).toContain(args[0]);
    expect(errors).toContain('veche --help');
  });

  test.each([['--port'], ['--port', '9000'], ['--port=9000'], ['--port', '9000', 'serve']])(
    '%s %s asks whether it was meant for a command',
    async (...args) => {
      expect(await run(args)).toStrictEqual({
        code: 2,
        output: '',
        errors:
          'error: --port belongs after a command; did you mean "veche serve --port …"?\n(veche --help tells what there is)\n',
      });
    },
  );
});

describe('veche serve --help', () => {
  test('explains every setting, with its variable and its default', async () => {
    const { code, output } = await run(['serve', '--help']);
    const words = output.replaceAll(/\s+/g, ' ');
    expect(code).toBe(0);
    for (const name of Object.keys(SETTINGS)) expect(output).toContain(`\n  --${name} <`);
    expect(words).toContain(
      '--session-ttl <duration> how long an inactive session lives (VECHE_SESSION_TTL; default: 30m)',
    );
  });
});

describe('veche config', () => {
  test('prints the settings in effect and where each comes from', async () => {
    const { code, output, errors } = await run(['config', '--port=9000', '--config', 'veche.yaml'], {
      VECHE_SESSION_TTL: '90s',
    });
    expect({ code, errors }).toStrictEqual({ code: 0, errors: '' });
    expect(output).toMatch(/^port: 9000 +# --port$/m);
    expect(output).toMatch(/^session-ttl: 1m30s +# VECHE_SESSION_TTL$/m);
    expect(output).toMatch(/^max-chats: 7 +# veche\.yaml$/m);
    expect(output).toMatch(/^max-chat-ttl: none +# default$/m);
    expect(output).toMatch(/^# config: veche\.yaml +# --config$/m);
  });

  test('shows where the storage is, without the password', async () => {
    const env = { VECHE_REDIS_URL: 'redis://ann:s3cret@a:6379,redis://b' };
    const { code, output } = await run(['config', '--storage', 'redis'], env);
    expect(code).toBe(0);
    expect(output).toMatch(/^redis-url: redis:\/\/ann:\*\*\*@a:6379,redis:\/\/b +# VECHE_REDIS_URL$/m);
  });

  test('tells of settings that are wrong only together', async () => {
    expect(await run(['config', '--storage', 'postgres'])).toMatchObject({
      code: 2,
      errors: expect.stringContaining('postgres-url is not set'),
    });
  });

  test('tells all that is wrong, with exit code 2', async () => {
    const args = [
      'config',
      '--prot',
      '1',
      'more',
      '--port',
      '--max-chats=-1',
      '--max-users',
      '-1',
      '--admin-tokn=s3cret',
      '--admin-token=s3cret',
    ];
    expect(await run(args, { VECHE_HOST: 'a:1' })).toStrictEqual({
      code: 2,
      output: '',
      errors: `veche: 8 problems with the settings:
  - port has no value (--port); it must be a whole number from 0 to 65535
  - unknown flag --prot; did you mean --port?
  - unexpected argument "more"
  - unknown flag --admin-tokn; did you mean --admin-token?
  - host is "a:1" (VECHE_HOST); it must be a host name or an IP address, without brackets or a port
  - admin-token is *** (--admin-token); it must be 16 to 256 visible ASCII characters without spaces, or none
  - max-users is "-1" (--max-users); it must be a whole number from 0 to 1000000000
  - max-chats is "-1" (--max-chats); it must be a whole number from 0 to 1000000000
`,
    });
  });
  test.each(['[::1]', '999.1.1.1', 'a b'])('refuses --host %s, and tells what is allowed', async (host) => {
    const { errors } = await run(['config', '--host', host]);
    expect(errors).toContain(
      `host is "${host}" (--host); it must be a host name or an IP address, without brackets or a port`,
    );
  });

  test('tells what is wrong with flags, variables and the file at once', async () => {
    const { code, errors } = await run(['config', '--port', '--config=broken.yaml'], {
      VECHE_HOST: 'a:1',
      VECHE_FOO: '',
    });
    expect(code).toBe(2);
    for (const name of ['--port', 'VECHE_HOST', 'VECHE_FOO', 'broken.yaml']) expect(errors).toContain(name);
    expect(errors).toMatch(/^veche: 4 problems/);
  });
});

describe('veche migrate', () => {
  test.each(['up', 'down', 'status'])('%s is for PostgreSQL only, and says so', async (direction) => {
    expect(await run(['migrate', direction])).toStrictEqual({
      code: 2,
      output: '',
      errors:
        'veche: nothing to migrate: storage is memory (default), only postgres has a schema ' +
        '(--storage postgres or VECHE_STORAGE=postgres)\n',
    });
  });

  test('asks for one of its commands', async () => {
    const { code, errors } = await run(['migrate']);
    expect(code).toBe(2);
    expect(errors).toMatch(/^ {2}up .*\n(?:.*\n)*? {2}down .*\n(?:.*\n)*? {2}status /m);
    expect((await run(['migrate', 'sideways'])).code).toBe(2);
  });

  test('refuses wrong settings as every command does', async () => {
    expect(await run(['migrate', 'up', '--storage', 'postgres'])).toMatchObject({
      code: 2,
      errors: expect.stringContaining('postgres-url is not set'),
    });
  });
});

describe('veche admin', () => {
  const TOKEN = { VECHE_ADMIN_TOKEN: 'a-token-of-operators' };

  test('tells all that is wrong with its settings, and shows no token', async () => {
    expect(await run(['admin', 'chats', '--address', 'localhost:8080', '--admin-token', 'short'])).toStrictEqual({
      code: 2,
      output: '',
      errors:
        'veche: 2 problems with the settings:\n' +
        '  - address is "localhost:8080" (--address); it must be a URL like http://127.0.0.1:8080 or https://chat.example.org, without a path\n' +
        '  - admin-token is *** (--admin-token); it must be 16 to 256 visible ASCII characters without spaces, or none\n',
    });
  });

  test('needs a token', async () => {
    expect(await run(['admin', 'sessions'])).toMatchObject({
      code: 2,
      errors: expect.stringContaining(
        'admin-token is not set (--admin-token, VECHE_ADMIN_TOKEN or VECHE_ADMIN_TOKEN_FILE)',
      ),
    });
  });

  test.each([
    [['close-chat', 'id'], '--reason'],
    [['close-chat', '--reason', 'x'], 'id'],
    [['end-session', '--reason', 'x'], 'user-id'],
    [['chat'], 'unknown command'],
    [['sessions', 'more'], 'too many arguments'],
    [['sessions', '--colour'], '--colour'],
    [[], 'close-chat'],
  ])('refuses %j with exit code 2, naming %s', async (args, named) => {
    const { code, output, errors } = await run(['admin', ...args], TOKEN);
    expect({ code, output }).toStrictEqual({ code: 2, output: '' });
    expect(errors).toContain(named);
  });

  test('explains itself, exit codes included', async () => {
    const { code, output } = await run(['admin', 'end-session', '--help']);
    expect(code).toBe(0);
    for (const words of ['--reason <text>', '--address <url>', 'VECHE_ADMIN_TOKEN_FILE', 'Exit codes: 0 done']) {
      expect(output).toContain(words);
    }
  });
});
