/**
 * What the commands print with `--json`. The schemas in `outputs/` are made of these types by `tools/outputs.mjs`: a member
 * without a type and a description here is in no schema, and the tests fail where it is printed.
 */

/** The schemas, by the name that `claimsmith schema --output` takes: what prints it. */
export const OUTPUTS = /** @type {const} */ ({
  check: "claimsmith check --json",
  simulate: "claimsmith simulate --json",
  storm: "claimsmith simulate --logins N --json",
  faults: "claimsmith simulate --list-faults --json",
  test: "claimsmith test --json",
  diff: "claimsmith diff OLD NEW --json",
  fixture: "claimsmith fixture FILE --json",
  explain: "claimsmith explain CLAIM --json",
  bundle: "claimsmith bundle --json",
  verify: "claimsmith verify FILE --json",
});

/**
 * The section of the documentation on each code that stands in the output, by code: a page from the root of the repository,
 * with the heading behind `#`.
 *
 * @typedef {Record<string, string>} Docs
 */

/**
 * The result of `claimsmith check`: an object for one file, a list for several.
 *
 * @typedef {CheckedFile | CheckedFile[]} CheckOutput
 */

/**
 * One configuration.
 *
 * @typedef {object} CheckedFile
 * @property {boolean} ok True where it has no problems. Warnings and missing secrets do not count.
 * @property {string} file The file, as it was given.
 * @property {PlacedProblem[]} problems Everything that is wrong, in the order of the file.
 * @property {PlacedWarning[]} [warnings] What is allowed and likely not meant. Left out where there is none.
 * @property {string[]} [missing_secrets] With `--env`: the secrets that the environment lacks. Left out where none is missing.
 */

/**
 * The place in the file.
 *
 * @typedef {object} Place
 * @property {string} path The place in the configuration; empty for the whole.
 * @property {number} line From 1.
 * @property {number} column From 1, in UTF-16 code units.
 * @property {number} length The length of what is wrong, in UTF-16 code units.
 * @property {string} message One line; of a wrong expression, two more that show it and point at the place.
 * @property {true} [key] True where the key at that place is meant, and not its value.
 * @property {string} docs The section of the documentation on the code.
 */

/**
 * @typedef {object} OfProblem
 * @property {import("claimsmith").ErrorCode} code The code of the error.
 */

/**
 * @typedef {object} OfWarning
 * @property {import("claimsmith").WarningCode} code The code of the warning.
 * @property {string} mend What to write instead, on one line.
 */

/**
 * @typedef {Place & OfProblem} PlacedProblem
 * @typedef {Place & OfWarning} PlacedWarning
 */

/**
 * The result of `claimsmith simulate`: one login.
 *
 * @typedef {import("./simulation/result.js").Simulation & WithDocs} SimulateOutput
 */

/**
 * @typedef {object} WithDocs
 * @property {Docs} docs The sections of the documentation.
 */

/**
 * The result of `claimsmith simulate --logins`: many logins.
 *
 * @typedef {import("./simulation/storm.js").Storm & WithDocs} StormOutput
 */

/**
 * The result of `claimsmith simulate --list-faults`: the names of the faults, by what they are faults of.
 *
 * @typedef {Record<"a source" | "a token" | "cache", string[]>} FaultsOutput
 */

/**
 * The result of `claimsmith test`.
 *
 * @typedef {object} TestOutput
 * @property {boolean} ok True where every login came to what is expected of it.
 * @property {(PassedLogin | FailedLogin)[]} logins In the order of the files.
 * @property {import("./fixtures/coverage.js").Coverage} [coverage] With `--coverage`: what the fixtures have exercised.
 */

/**
 * @typedef {object} TestedLogin
 * @property {string} file The file of the fixture.
 * @property {number} line The line at which it begins.
 * @property {string} name The name of the login.
 */

/**
 * @typedef {TestedLogin & { state: "passed" }} PassedLogin
 */

/**
 * @typedef {TestedLogin & Failure} FailedLogin
 */

/**
 * @typedef {object} Failure
 * @property {"failed" | "unwritten"} state `unwritten` where nothing is expected.
 * @property {Record<string, string>} given What the login is made of beside the sample's event: JSON as text, cut where it is long.
 * @property {import("./fixtures/compare.js").Difference[]} differences What is not as expected.
 * @property {Came} came Everything that came, in the words of `expect`.
 * @property {string[]} why Sentences on what is to blame.
 * @property {Docs} docs The sections of the documentation.
 */

/**
 * @typedef {Record<string, unknown>} Came
 */

/**
 * The result of `claimsmith diff`.
 *
 * @typedef {object} DiffOutput
 * @property {OldSide} before The old configuration.
 * @property {NewSide} after The new one.
 * @property {number} logins The number of logins that ran.
 * @property {ChangedLogin[]} changed The logins that change.
 * @property {string[]} notes Sentences on what could not be compared.
 */

/**
 * @typedef {object} OldSide
 * @property {string} name As it was given.
 * @property {string | null} fingerprint Null where it has problems.
 * @property {number} problems The number of problems. Where there is one, all that comes of the new configuration counts as added.
 */

/**
 * @typedef {object} NewSide
 * @property {string} name As it was given.
 * @property {string | null} fingerprint The fingerprint of the configuration.
 */

/**
 * @typedef {object} ChangedLogin
 * @property {string} file The file of the fixture.
 * @property {number} line The line at which it begins.
 * @property {string} name The name of the login.
 * @property {boolean} token True where a token is another one, or is newly denied or issued.
 * @property {import("./fixtures/diff.js").Change[]} changes What changes.
 */

/**
 * The result of `claimsmith fixture`.
 *
 * @typedef {object} FixtureOutput
 * @property {Fixture} fixture The fixture.
 * @property {import("./fixtures/pseudonyms.js").Replaced[]} replaced What was replaced, as it is personal.
 * @property {string[]} missing The sources whose answers are to be filled in.
 * @property {string[]} notes Sentences on what does not fit together.
 */

/**
 * @typedef {Record<string, unknown>} Fixture
 */

/**
 * The result of `claimsmith explain`.
 *
 * @typedef {import("./explain/explain.js").Explanation & WithDocs} ExplainOutput
 */

/**
 * The result of `claimsmith bundle`, of a configuration or of a crate.
 *
 * @typedef {BundledConfiguration | BundledCrate} BundleOutput
 */

/**
 * A configuration that was bundled.
 *
 * @typedef {object} BundledConfiguration
 * @property {WrittenFile[]} files The files that were written.
 * @property {string} fingerprint The fingerprint of the configuration.
 * @property {string[]} secrets The secrets to add in the editor.
 */

/**
 * An Action in Rust that was bundled.
 *
 * @typedef {object} BundledCrate
 * @property {WrittenFile[]} files The file that was written.
 * @property {string} crate The name of the crate.
 * @property {Record<string, number>} made Bytes of its code by crate, before it is compressed.
 * @property {boolean} hasStdSource True where the standard library was compiled with it, which makes the file smaller.
 */

/**
 * @typedef {object} WrittenFile
 * @property {string} file Where it was written.
 * @property {number} bytes Its size.
 * @property {number} limitBytes Auth0's limit.
 * @property {string} sha256 SHA-256 over the file, in hexadecimal digits.
 */

/**
 * The result of `claimsmith verify`, of the file of a configuration or of an Action in Rust.
 *
 * @typedef {(Verified & import("./verify/inspect.js").Inspection) | (Verified & import("./verify/inspect-rust.js").RustInspection)} VerifyOutput
 */

/**
 * @typedef {object} Verified
 * @property {string} file The file, as it was given.
 */
