// The decoder of the container, as the build makes it of decoder.wat.

import { readFileSync } from "node:fs";
import binaryen from "binaryen";

/** @returns {Buffer} */
export function assembleDecoder() {
  const module = binaryen.parseText(readFileSync(new URL("decoder.wat", import.meta.url), "utf8"));
  module.setFeatures(binaryen.Features.BulkMemory | binaryen.Features.BulkMemoryOpt);
  binaryen.setOptimizeLevel(2);
  binaryen.setShrinkLevel(2);
  module.optimize();
  return Buffer.from(module.emitBinary());
}
