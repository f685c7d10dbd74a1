import { ERROR_CODES } from "../../../src/error-codes.js";

const ERRORS = new Set(ERROR_CODES);

/** A code, with the section of the documentation that explains it. A page shows those of errors and of warnings alone. */
export function Code({ code }) {
  const page = ERRORS.has(code) ? "errors" : "warnings";
  return <code title={`explained in docs/${page}.md#${code}`}>{code}</code>;
}
