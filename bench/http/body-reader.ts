/** The body of an answer: as long as its head says, or in chunks. */

const LINE_END = '\r\n';
const CONTENT_LENGTH = /\r\ncontent-length: (\d+)/i;

/** Takes what has come; @returns whether the body is complete. */
export type BodyReader = (bytes: Buffer) => boolean;

/** Makes a reader for the body that belongs to a head; it hands over what comes without what it is wrapped in. */
export function bodyReader(head: string, onBytes: (bytes: Buffer) => void): BodyReader {
  const length = CONTENT_LENGTH.exec(head)?.[1];
  return length === undefined ? chunked(onBytes) : ofLength(Number(length), onBytes);
}

function ofLength(length: number, onBytes: (bytes: Buffer) => void): BodyReader {
  let missing = length;
  return (bytes) => {
    missing -= bytes.length;
    onBytes(bytes);
    return missing === 0;
  };
}

function chunked(onBytes: (bytes: Buffer) => void): BodyReader {
  let rest: Buffer = Buffer.alloc(0);
  return (bytes) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    for (;;) {
      const sizeEnd = rest.indexOf(LINE_END);
      if (sizeEnd === -1) return false;
      const size = Number.parseInt(rest.toString('latin1', 0, sizeEnd), 16);
      const start = sizeEnd + LINE_END.length;
      if (rest.length < start + size + LINE_END.length) return false;
      if (size === 0) return true;
      onBytes(rest.subarray(start, start + size));
      rest = rest.subarray(start + size + LINE_END.length);
    }
  };
}
