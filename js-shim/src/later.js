// Node's modules that many logins do without. Each costs a start of milliseconds, so in CommonJS the build loads one when
// it is first asked for.

import * as nodeCrypto from "node:crypto";
import * as nodeFs from "node:fs";
import * as nodeHttps from "node:https";
import * as nodeTls from "node:tls";
import * as nodeZlib from "node:zlib";

export const crypto = () => nodeCrypto;
export const fs = () => nodeFs;
export const https = () => nodeHttps;
export const tls = () => nodeTls;
export const zlib = () => nodeZlib;
