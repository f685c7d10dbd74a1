/**
 * The answers of a simulated backend by method and path, for an Action in Rust: its calls stand in its code, so that there
 * are no sources to name.
 *
 * A key is `GET /users/auth0|ann`, as a person writes it, whatever was percent-encoded; without a method it is GET. `*`
 * stands for any segment. With a query it must be the same; without one any will do. With an origin before the path,
 * `GET https://api.example.com/users`, that must be the same too. Where several fit, the first counts. What an answer is,
 * `answers.js` says. As the crate's own tests have them: `claimsmith::testing::Answers`.
 */

import { readAnswer } from "./answers.js";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/**
 * @typedef {object} PathAnswers
 * @property {(method: string, url: string) => import("./answers.js").Answer | undefined} find Undefined where none is
 *   written.
 */

/**
 * @param {unknown} answers An object: the answer of each path.
 * @returns {PathAnswers}
 * @throws {TypeError} where an answer or a path cannot be read
 */
export function createPathAnswers(answers) {
  if (typeof answers !== "object" || answers === null || Array.isArray(answers)) {
    throw new TypeError("the answers must be an object: the answer of each path, such as `GET /users/*`");
  }
  const scripts = Object.entries(answers).map(([key, answer]) => ({
    isMet: createPathMatcher(key),
    answer: readAnswer(key, answer),
  }));
  return { find: (method, url) => scripts.find(({ isMet }) => isMet(method, new URL(url)))?.answer };
}

/**
 * @param {string} key
 * @returns {(method: string, url: URL) => boolean}
 * @throws {TypeError} where it is none
 */
export function createPathMatcher(key) {
  const [, method = "GET", origin, path, query] =
    /^(?:([A-Za-z]+) +)?(https?:\/\/[^/?]+)?(\/[^?]*)?(?:\?(.*))?$/s.exec(key) ?? [];
  if (!METHODS.includes(method) || (path === undefined && origin === undefined)) {
    throw new TypeError(
      `\`${key}\` is no method and path, such as \`GET /users/*\`; methods are ${METHODS.join(", ")}`,
    );
  }
  const wanted = (path ?? "/").split("/").map(decode);
  return (called, url) => {
    const segments = url.pathname.split("/").map(decode);
    return (
      called === method &&
      (origin === undefined || new URL(origin).origin === url.origin) &&
      (query === undefined || decode(query) === decode(url.search.slice(1))) &&
      segments.length === wanted.length &&
      wanted.every((segment, index) => segment === "*" || segment === segments[index])
    );
  };
}

/** The key of a request, as a person writes it. @param {string} method @param {string} url */
export function pathKeyOf(method, url) {
  return `${method} ${decode(new URL(url).pathname)}`;
}

/** Undoes percent-encoding; what is none stays as it is. @param {string} text */
export function decode(text) {
  return text.replaceAll(/(?:%[0-9a-f]{2})+/gi, (encoded) => {
    try {
      return decodeURIComponent(encoded);
    } catch {
      return encoded;
    }
  });
}
