/**
 * Why a system does not read or write a file, in words.
 */

const REASONS = {
  EACCES: "access is denied",
  EBUSY: "another program has it open",
  EDQUOT: "the quota of the disk is used up",
  EFBIG: "it would be larger than a file may be here",
  EISDIR: "a folder has its name",
  ELOOP: "its links lead in a circle",
  EMFILE: "too many files are open",
  ENAMETOOLONG: "its name is too long",
  ENOENT: "it is not there",
  ENOSPC: "the disk is full",
  ENOTDIR: "a part of its path is no folder",
  EPERM: "access is denied",
  EROFS: "the disk can only be read",
};

/**
 * @param {unknown} error
 * @param {string} [code] Where the error's own would mislead.
 * @returns {string}
 */
export function reasonOf(error, code) {
  const { code: own = "", message } = /** @type {NodeJS.ErrnoException} */ (error);
  return REASONS[code ?? own] ?? message;
}

/**
 * Tells a refusal of the system from a defect of the command.
 *
 * @param {unknown} error
 * @returns {error is NodeJS.ErrnoException}
 */
export function isOfSystem(error) {
  return error instanceof Error && "syscall" in error;
}
