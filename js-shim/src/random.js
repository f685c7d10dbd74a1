// Random ids from a secure source.

import { webcrypto } from "node:crypto";

/** A random UUID (RFC 9562 §5.4). */
export const uuid = () => webcrypto.randomUUID();
