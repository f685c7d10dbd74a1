/** A problem of the configuration, or a failure of the engine. */
export class EnrichmentError extends Error {
  /**
   * @param {{ code: string, path?: string, message: string }} problem
   * @param {{ problems?: object[], cause?: unknown }} [details]
   */
  constructor({ code, path, message }, { problems, cause } = {}) {
    super(path ? `${path}: ${message}` : message, cause === undefined ? undefined : { cause });
    this.name = "EnrichmentError";
    /** The stable name of the failure, such as `config_invalid`. */
    this.code = code;
    /** Where in the configuration, such as `sources.profile.url`. */
    this.path = path || undefined;
    /** Everything that is wrong, this included. */
    this.problems = problems ?? [{ code, path: path ?? "", message }];
  }
}

/**
 * What the engine throws is plain data; users catch errors.
 * @param {unknown} thrown `{ code, path, message }`, or an array of them
 */
export function toEnrichmentError(thrown) {
  const problems = [thrown].flat().filter((problem) => typeof problem?.code === "string");
  if (problems.length === 0) {
    return new EnrichmentError({ code: "internal", message: "the engine failed" }, { cause: thrown });
  }
  const [first, ...others] = problems;
  // The count stands on the first line: those below it show the place in an expression.
  const message =
    others.length > 0 ? first.message.replace(/$/m, ` (and ${others.length} more)`) : first.message;
  return new EnrichmentError({ ...first, message }, { problems });
}
