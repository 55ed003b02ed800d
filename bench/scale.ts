/** How much is done of everything: enough to be steady, or just enough to see. */

export interface Scale {
  /** Before the rounds that count, until the engine has compiled what is hot. */
  readonly warmUpRounds: number;
  readonly rounds: number;
  /** In one round. */
  readonly posts: number;
  readonly pages: number;
  readonly deliveries: number;
  /** Stored, for the memory that each takes. */
  readonly storedMessages: number;
  readonly sessions: number;
  readonly streams: number;
  /** Kept by the full chat. */
  readonly fullChat: number;
  /** Of each flood, and what its neighbour posts in one round. */
  readonly floods: { readonly rounds: number; readonly posts: number };
  /** Where other servers take part, rounds take longer. */
  readonly storages: { readonly rounds: number };
  /** In the chat whose last page is read. */
  readonly depth: number;
  /** Open beside those that are listed. */
  readonly manyChats: number;
}

export const FULL: Scale = {
  warmUpRounds: 10,
  rounds: 61,
  posts: 3_000,
  pages: 300,
  deliveries: 50_000,
  storedMessages: 50_000,
  sessions: 10_000,
  streams: 1_000,
  fullChat: 1_000_000,
  floods: { rounds: 11, posts: 500 },
  storages: { rounds: 31 },
  depth: 1_000_000,
  manyChats: 100_000,
};

export const QUICK: Scale = {
  warmUpRounds: 8,
  rounds: 5,
  posts: 1_500,
  pages: 200,
  deliveries: 50_000,
  storedMessages: 5_000,
  sessions: 2_000,
  streams: 500,
  fullChat: 100_000,
  floods: { rounds: 3, posts: 200 },
  storages: { rounds: 5 },
  depth: 100_000,
  manyChats: 10_000,
};
