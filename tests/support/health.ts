/** Asks a server for its health, as a balancer does. */

import { credentials, makeGenericClientConstructor, type ServiceError } from '@grpc/grpc-js';
import { service } from 'grpc-health-check';

interface HealthClient {
  Check(request: object, callback: (error: ServiceError | null, answer?: { readonly status: string }) => void): void;
  close(): void;
}

const Health = makeGenericClientConstructor(service, 'Health');

/** SERVING or NOT_SERVING, over a new connection. */
export function checkHealth(port: number): Promise<string | undefined> {
  const client = new Health(`127.0.0.1:${port}`, credentials.createInsecure()) as unknown as HealthClient;
  return new Promise<string | undefined>((resolve, reject) => {
    client.Check({}, (error, answer) => {
      if (error === null) resolve(answer?.status);
      else reject(error);
    });
  }).finally(() => client.close());
}
