/** Generates from the contract of the HTTP API what its handlers must satisfy, and a client. */

import { defineConfig } from '@hey-api/openapi-ts';

export default defineConfig({
  input: `${import.meta.dirname}/contracts/openapi.yaml`,
  output: {
    path: 'src/gen/http',
    module: { extension: '.ts' },
    // What is not made from the contract is copied as it is, and was written for less strict settings of the compiler.
    header: ({ file, defaultValue }) => (file === undefined ? ['// @ts-nocheck', ...defaultValue] : defaultValue),
  },
  logs: { file: false },
  plugins: [
    '@hey-api/typescript',
    'fastify',
    { name: '@hey-api/client-fetch', baseUrl: false },
    { name: '@hey-api/sdk', client: false },
  ],
});
