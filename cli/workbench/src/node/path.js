/**
 * What bundling uses of `node:path`, in a page.
 */

/** @param {string[]} parts */
const join = (...parts) => parts.join("/");

/** @param {string} file */
const dirname = (file) => file.slice(0, Math.max(0, file.lastIndexOf("/")));

export default { join, dirname };
