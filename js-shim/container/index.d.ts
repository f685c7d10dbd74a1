// For `claimsmith-cli` of the same version, and no promise.

/**
 * A module without the functions of parts that are not needed. `gates` has the parts of each function that belongs to
 * some, by its index.
 */
export declare function leaveOut(wasm: Uint8Array, gates: Record<number, string[]>, needed: string[]): Buffer;

/** Whether the first module is the second one, perhaps without some of its functions. */
export declare function isPartOf(part: Uint8Array, whole: Uint8Array): boolean;

/** A module as the pasted file carries it; `quality` is brotli's. */
export declare function pack(
  wasm: Uint8Array,
  how?: { quality?: number },
): { text: string; compressed: Buffer };
