// The types of dist/shrink.mjs.

/** What the shim takes of the bindings of a crate, in the order of the array that it is given. */
export const BINDINGS: string[];

/** Bytes of code by name, the largest first. */
export type FunctionSizes = [name: string, bytes: number][];

/** Runs wasm-opt with these flags on the module; returns what it wrote and what it printed. */
export type WasmOpt = (flags: string[]) => { named: Buffer; printed: string };

export interface Shrunk {
  /** With the names of its functions. */
  named: Buffer;
  wasm: Buffer;
  glue: string;
  /** What each import calls, by its name in the module. */
  imports: Record<string, string>;
  functions: FunctionSizes;
}

/** Shrinks a module of this repository: its glue must be of the form that is known. */
export function shrink(options: {
  glue: string;
  wasmOpt: WasmOpt;
  forSpeed?: boolean;
  shortNames?: boolean;
  cut?: (glue: string) => string;
}): Shrunk;

/**
 * Shrinks a module that wasm-bindgen wrote, and its glue. What is not known of the glue stays as it is.
 */
export function shrinkAny(options: {
  /** What wasm-bindgen wrote beside the module, for the target `web`. */
  glue: string;
  wasmOpt: WasmOpt;
}): Shrunk & {
  /** True where the glue is as wasm-bindgen wrote it, but for names. */
  isWhole: boolean;
};
