// A process of its own, for authorities that Node reads when it starts: asks a server that one of them vouches for,
// while another authority is named.
//
// usage: node tls-child.js URL CA_FILE, with NODE_EXTRA_CA_CERTS

import { readFileSync } from "node:fs";
import { get, read } from "../support/transport.js";

const [, , url, file] = process.argv;
console.log(await read(get(url, [], ["ca", readFileSync(file, "utf8")])));
