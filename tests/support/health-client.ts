/** A client for the standard health service. */

import { Client, credentials, type ServiceError } from '@grpc/grpc-js';
import { service as health } from 'grpc-health-check';
import { GrpcError } from './grpc-error.ts';

/** The states of a watched service as they come. */
export interface HealthWatch {
  /** The next state; undefined after the end. */
  next(): Promise<string | undefined>;
}

interface HealthCheckResponse {
  readonly status: string;
}

export class HealthClient {
  readonly #client: Client;

  constructor(port: number) {
    this.#client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  }

  /** The state of a service. @throws GrpcError */
  check(service: string): Promise<string> {
    const { path, requestSerialize, responseDeserialize } = health['Check']!;
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        path,
        requestSerialize,
        (bytes) => responseDeserialize(bytes) as HealthCheckResponse,
        { service },
        (error: ServiceError | null, response) => {
          if (error === null) resolve(response!.status);
          else reject(new GrpcError(error));
        },
      );
    });
  }

  watch(service: string): HealthWatch {
    const { path, requestSerialize, responseDeserialize } = health['Watch']!;
    const stream = this.#client.makeServerStreamRequest(
      path,
      requestSerialize,
      (bytes) => responseDeserialize(bytes) as HealthCheckResponse,
      { service },
    );
    const responses = stream.iterator() as AsyncIterator<HealthCheckResponse, undefined>;
    return { next: async () => (await responses.next()).value?.status };
  }

  close(): void {
    this.#client.close();
  }
}
