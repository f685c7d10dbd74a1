// As much of the command `auth0` as `auth0 api` is: writes down its arguments, a line a call, and sends what comes on
// standard input to the stand-in of the Management API. It ends well whatever the answer is, as the real one does.

import { appendFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";

const { FAKE_AUTH0_DOMAIN, FAKE_AUTH0_CALLS } = process.env;

appendFileSync(FAKE_AUTH0_CALLS, `${process.argv.slice(2).join(" ")}\n`);
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    query: { type: "string", short: "q" },
    "no-color": { type: "boolean" },
    "no-input": { type: "boolean" },
  },
});
const [command, method, resource] = positionals;
if (command !== "api") throw new Error(`there is no \`auth0 ${command}\` here`);

const url = new URL(`https://${FAKE_AUTH0_DOMAIN}/api/v2/${resource}`);
if (values.query) url.search = String(new URLSearchParams([values.query.split("=")]));
const body = await text(process.stdin);
const response = await fetch(url, {
  method: method.toUpperCase(),
  headers: { authorization: "Bearer management-token", "content-type": "application/json" },
  body: body === "" ? undefined : body,
});
console.log(JSON.stringify(await response.json(), null, 2));
