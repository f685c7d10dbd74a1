import { sectionOf } from "../../../src/sections.js";

/** A code, with the section of the documentation that explains it. */
export function Code({ code }) {
  return <code title={`explained in ${sectionOf(code)}`}>{code}</code>;
}
