// A process of its own that makes requests: to be watched while it ends, and to be frozen.
//
// usage: node pool-child.js once URL          one request, then nothing
//        node pool-child.js twice URL MS      another one so long after the first

import { get, read } from "../support/transport.js";

const [, , mode, url, waitMs] = process.argv;
console.log(await read(get(url)));
if (mode === "twice") {
  setTimeout(async () => console.log(await read(get(url))), Number(waitMs));
}
