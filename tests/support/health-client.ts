/** A client for the standard health service. */

import { Client, credentials, type ServiceError } from '@grpc/grpc-js';
import { service as health } from 'grpc-health-check';
import { GrpcError } from './grpc-error.ts';

/** The states of a watched service as they come. */
export interface HealthWatch {
  /** The next state; undefined after the end. @throws GrpcError */
  next(): Promise<string | undefined>;
  cancel(): void;
}

interface HealthCheckResponse {
  readonly status: string;
}

/** One connection to a server. */
export class HealthClient {
  readonly #client: Client;

  constructor(port: number) {
    this.#client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
      'grpc.use_local_subchannel_pool': 1,
    });
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
    // What is not being waited for must not end the test run.
    stream.on('error', () => {});
    const responses = stream.iterator() as AsyncIterator<HealthCheckResponse, undefined>;
    return {
      next: async () => {
        try {
          return (await responses.next()).value?.status;
        } catch (error) {
          throw new GrpcError(error as ServiceError);
        }
      },
      cancel: () => stream.cancel(),
    };
  }

  close(): void {
    this.#client.close();
  }
}
