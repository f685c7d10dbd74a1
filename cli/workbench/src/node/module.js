/**
 * `createRequire` of `node:module`, in a page: what it resolves is read by its last name alone.
 */
export const createRequire = () => ({ resolve: (/** @type {string} */ name) => name });
