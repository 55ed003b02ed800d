/** Stands between Veche and its Redis and counts how often one waits for the other. */

import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Relay {
  readonly port: number;
  /** How often something was sent after something had come, over all connections. */
  roundTrips(): number;
  close(): void;
}

export async function startRelay(serverPort: number): Promise<Relay> {
  let roundTrips = 0;
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ port: serverPort, host: '127.0.0.1', noDelay: true });
    let isAnswered = true;
    passOn(client, upstream, () => {
      if (isAnswered) roundTrips += 1;
      isAnswered = false;
    });
    passOn(upstream, client, () => {
      isAnswered = true;
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return { port, roundTrips: () => roundTrips, close: () => server.close() };
}

function passOn(from: Socket, to: Socket, onData: () => void): void {
  from
    .on('data', (bytes) => {
      onData();
      to.write(bytes);
    })
    .on('error', () => {})
    .on('close', () => to.destroy());
}
