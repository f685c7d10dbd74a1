/**
 * The answers of the simulated backend, by source. Runs in Node and in the browser.
 *
 * An answer is the JSON body itself, with status 200. An object with `$status`, `$headers`, `$delay_ms`, `$body` or
 * `$text` says more: `{ "$status": 404 }`, `{ "$delay_ms": 300, "$body": { … } }`, `{ "$text": "a=b" }` for a body that
 * is no JSON.
 */

/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {Record<string, string>} headers
 * @property {string} body As sent.
 * @property {number} delayMs
 *
 * @typedef {object} Answers
 * @property {(source: string, userId?: string) => Answer | undefined} find Undefined where none is written.
 */

const KEYS = ["$status", "$headers", "$delay_ms", "$body", "$text"];

/**
 * @param {unknown} answers An object: the answer of each source, by its name.
 * @param {Record<string, Record<string, unknown>>} [ofUsers] Answers for one user: by source, then by user id.
 * @returns {Answers}
 * @throws {TypeError} where an answer cannot be read
 */
export function createAnswers(answers, ofUsers = {}) {
  if (typeof answers !== "object" || answers === null || Array.isArray(answers)) {
    throw new TypeError("the answers must be an object: the answer of each source, by its name");
  }
  const general = new Map(
    Object.entries(answers).map(([source, answer]) => [source, readAnswer(source, answer)]),
  );
  const special = new Map(
    Object.entries(ofUsers).map(([source, users]) => [
      source,
      new Map(Object.entries(users).map(([userId, answer]) => [userId, readAnswer(source, answer)])),
    ]),
  );
  return {
    find: (source, userId) => special.get(source)?.get(userId ?? "") ?? general.get(source),
  };
}

/** The answer of a source that has none. */
export const NO_ANSWER = Object.freeze({
  status: 404,
  headers: {},
  body: '{"error":"no_answer_written"}',
  delayMs: 0,
});

/**
 * @param {string} source Whose answer it is, for messages.
 * @param {any} answer
 * @returns {Answer}
 */
export function readAnswer(source, answer) {
  const isSpecial =
    typeof answer === "object" && answer !== null && KEYS.some((key) => Object.hasOwn(answer, key));
  if (!isSpecial) return { status: 200, headers: {}, body: JSON.stringify(answer), delayMs: 0 };

  const unknown = Object.keys(answer).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) {
    throw new TypeError(
      `the answer of \`${source}\` has \`${unknown}\` beside ${KEYS.join(", ")}; put the body under \`$body\``,
    );
  }
  const {
    $status: status = 200,
    $headers: headers = {},
    $delay_ms: delayMs = 0,
    $body: body,
    $text: text,
  } = answer;
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw new TypeError(`the answer of \`${source}\`: \`$status\` must be a status from 200 to 599`);
  }
  if (!Number.isFinite(delayMs) || delayMs < 0) {
    throw new TypeError(`the answer of \`${source}\`: \`$delay_ms\` must be milliseconds`);
  }
  if (text !== undefined) {
    if (typeof text !== "string" || body !== undefined) {
      throw new TypeError(`the answer of \`${source}\`: \`$text\` must be a string, without a \`$body\``);
    }
    return {
      status,
      headers: { "content-type": "text/plain; charset=utf-8", ...headers },
      body: text,
      delayMs,
    };
  }
  return { status, headers, body: body === undefined ? "" : JSON.stringify(body), delayMs };
}
