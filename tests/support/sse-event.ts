/** How a server-sent event is written: its name, the seq it reaches, its data, and perhaps when to come back. */

/**
 * The name, the id and the data of an event as written, without the empty line that ends it. A line ends with CR or LF and nothing
 * else: U+2028 and U+2029, at which a dot stops, may be in the data.
 */
export const SSE_EVENT = /^event: ([^\r\n]*)\nid: (\d+)\ndata: ([^\r\n]*)(?:\nretry: \d+)?$/;
