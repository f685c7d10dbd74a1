// Random ids from a secure source.

import { crypto } from "./later.js";

/** A random UUID (RFC 9562 §5.4). */
export const uuid = () => crypto().webcrypto.randomUUID();
