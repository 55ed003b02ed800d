/** What the server knows of each operation of `contracts/openapi.yaml`; the operations themselves are generated from it. */

/** What a schema says about a value's structure. Limits and formats are the domain's to judge. */
export interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

/** The JSON body of a request. */
interface RequestBody {
  readonly isRequired: boolean;
  readonly schema: Schema;
}

/** The name of an HTTP method. */
export type HttpMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS' | 'TRACE';

/** One operation. */
export interface Operation {
  readonly operationId: string;
  readonly method: HttpMethod;
  /** As in the document: `/v1/chats/{chatId}`. */
  readonly path: string;
  /** Whose token it asks for. */
  readonly calledBy: 'anybody' | 'session' | 'operator';
  /** The schemas of the parameters by name. */
  readonly query: Readonly<Record<string, Schema>>;
  readonly headers: Readonly<Record<string, Schema>>;
  /** Absent if it takes none. */
  readonly body?: RequestBody;
}
