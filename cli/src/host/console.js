/**
 * The `console` that is injected into an Action: Node's own, writing to a list of lines and nowhere else.
 */

import { Console } from "node:console";
import { Writable } from "node:stream";

/**
 * @param {(line: string) => void} onLine Called once a call that writes, with what Node's console would write.
 * @returns {Console}
 */
export function createConsole(onLine) {
  const stream = new Writable({
    decodeStrings: false,
    write(text, _encoding, done) {
      onLine(text.replace(/\n$/, ""));
      done();
    },
  });
  return new Console({ stdout: stream, stderr: stream, colorMode: false });
}
