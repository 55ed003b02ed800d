/** The log of the process: JSON lines on standard output, or lines for people. */

import { isatty } from 'node:tty';
import { pino, stdTimeFunctions, type DestinationStream } from 'pino';
import { PinoPretty } from 'pino-pretty';
import type { Config } from '../config/config.ts';
import type { Log } from '../service/log.ts';
import { describeError, redactLine, SECRET_FIELDS } from './redaction.ts';
import { traceFields } from './trace-scope.ts';

const STANDARD_OUTPUT = 1;

/** Whether people are to read the lines. */
export function isForPeople({ logFormat }: Pick<Config, 'logFormat'>): boolean {
  return logFormat === 'pretty' || (logFormat === 'auto' && isatty(STANDARD_OUTPUT));
}

/**
 * Opens the log. Lines are written at once, so that none is lost when the process ends; those of a traced call say of which.
 * @param destination where JSON lines go instead of standard output.
 */
export function createLogger(config: Pick<Config, 'logLevel' | 'logFormat'>, destination?: DestinationStream): Log {
  return pino(
    {
      level: config.logLevel,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      mixin: traceFields,
      serializers: { err: describeError },
      redact: { paths: SECRET_FIELDS, censor: '***' },
      hooks: { streamWrite: redactLine },
    },
    destination ?? (isForPeople(config) ? linesForPeople() : pino.destination({ dest: STANDARD_OUTPUT, sync: true })),
  );
}

function linesForPeople(): DestinationStream {
  return PinoPretty({ destination: STANDARD_OUTPUT, sync: true, singleLine: true, translateTime: 'SYS:HH:MM:ss.l' });
}
