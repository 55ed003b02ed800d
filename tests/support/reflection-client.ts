/** As much of a client for server reflection as it takes to call methods of which nothing is known beforehand. */

import { create, createFileRegistry, fromBinary, type DescService } from '@bufbuild/protobuf';
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { FileDescriptorProtoSchema, FileDescriptorSetSchema, type FileDescriptorProto } from '@bufbuild/protobuf/wkt';
import { Client, credentials } from '@grpc/grpc-js';
import { once } from 'node:events';

/** Fields of ServerReflectionRequest and of the answers, as in the contract of reflection. */
const FILE_CONTAINING_SYMBOL = 4;
const LIST_SERVICES = 7;
const FILE_DESCRIPTOR_RESPONSE = 4;
const LIST_SERVICES_RESPONSE = 6;
const FIRST_FIELD = 1;

/** What the server says of itself. */
export class ReflectionClient {
  readonly #client: Client;
  readonly #path: string;

  constructor(port: number, version: 'v1' | 'v1alpha') {
    this.#client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
    this.#path = `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`;
  }

  /** The names of all services. */
  async listServices(): Promise<string[]> {
    const [answer] = valuesOf(await this.#ask(LIST_SERVICES, '*'), LIST_SERVICES_RESPONSE);
    return valuesOf(answer!, FIRST_FIELD).map((service) => Buffer.from(valuesOf(service, FIRST_FIELD)[0]!).toString());
  }

  /** The file of a service and all files that it needs, in that order. */
  async filesOf(service: string): Promise<FileDescriptorProto[]> {
    const [answer] = valuesOf(await this.#ask(FILE_CONTAINING_SYMBOL, service), FILE_DESCRIPTOR_RESPONSE);
    return valuesOf(answer!, FIRST_FIELD).map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes));
  }

  /** A service, ready to be called. */
  async describe(service: string): Promise<DescService> {
    const file = (await this.filesOf(service)).toReversed();
    return createFileRegistry(create(FileDescriptorSetSchema, { file })).getService(service)!;
  }

  close(): void {
    this.#client.close();
  }

  async #ask(field: number, value: string): Promise<Uint8Array> {
    const request = new BinaryWriter().tag(field, WireType.LengthDelimited).string(value).finish();
    const stream = this.#client.makeBidiStreamRequest(
      this.#path,
      (bytes: Uint8Array) => Buffer.from(bytes),
      (bytes: Buffer) => bytes,
    );
    stream.write(request);
    const [response] = (await once(stream, 'data')) as [Buffer];
    stream.end();
    return response;
  }
}

/** The values of a field that has a length. */
function valuesOf(message: Uint8Array, field: number): Uint8Array[] {
  const reader = new BinaryReader(message);
  const values: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === field && wireType === WireType.LengthDelimited) values.push(reader.bytes());
    else reader.skip(wireType, number);
  }
  return values;
}
