/**
 * Finds what a misspelt name was meant to be.
 */

/**
 * @param {string} written
 * @param {Iterable<string>} names
 * @returns {string | undefined} the name that takes the fewest changes, where they are few
 */
export function nearest(written, names) {
  let best;
  let least = Math.max(2, Math.floor(written.length / 3)) + 1;
  for (const name of names) {
    const changes = distance(written.toLowerCase(), name.toLowerCase());
    if (changes < least) [best, least] = [name, changes];
  }
  return best;
}

/** A sentence with it, or nothing. @param {string} written @param {Iterable<string>} names */
export function didYouMean(written, names) {
  const name = nearest(written, names);
  return name === undefined ? "" : `; did you mean \`${name}\`?`;
}

/** Characters to insert, remove, replace or swap. */
function distance(one, other) {
  const rows = [Array.from({ length: other.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= one.length; row++) {
    rows[row] = [row];
    for (let column = 1; column <= other.length; column++) {
      const isSame = one[row - 1] === other[column - 1];
      const isSwapped =
        row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      rows[row][column] = Math.min(
        rows[row - 1][column] + 1,
        rows[row][column - 1] + 1,
        rows[row - 1][column - 1] + (isSame ? 0 : 1),
        isSwapped ? rows[row - 2][column - 2] + 1 : Number.POSITIVE_INFINITY,
      );
    }
  }
  return rows[one.length][other.length];
}
