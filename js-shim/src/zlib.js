// What is used of zlib, in one place: esbuild writes a call of `require` for each file that imports it.
export { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from "node:zlib";
