/**
 * Text that fits into a width. Widths are columns of a terminal: a character of Chinese, Japanese or Korean and an emoji take
 * two, a combining mark none.
 */

import stringWidth from "fast-string-width";

/** Further in than the line that is continued. */
const HANGING = 4;

/** A row is not broken before a fourth of it is filled. */
const SHORTEST = 4;

/** Between two columns. */
const GAP = "  ";

/** A colour, or one end of a link. */
const CODE = "\\u001b(?:\\[\\d+m|\\]8;;[!-~]*?\\u001b\\\\)";
const COLOUR = new RegExp(`(${CODE})`);
const LEADING = new RegExp(`^(?:${CODE}| )*`);
const GRAPHEMES = new Intl.Segmenter("en", { granularity: "grapheme" });

/** The columns that a text takes, without its colours. @param {string} text */
export function textWidth(text) {
  return stringWidth(text);
}

/** @param {string} text @param {number} width */
export function padEnd(text, width) {
  return text + " ".repeat(Math.max(0, width - textWidth(text)));
}

/** @param {string} text @param {number} width */
export function padStart(text, width) {
  return " ".repeat(Math.max(0, width - textWidth(text))) + text;
}

/**
 * Wraps each line that is wider, at a space where there is one, and indents what continues it.
 *
 * @param {string} text May have colours.
 * @param {number} width
 */
export function wrap(text, width) {
  if (width === Number.POSITIVE_INFINITY) return text;
  return text
    .split("\n")
    .map((line) => wrapLine(line, width))
    .join("\n");
}

/**
 * @param {string} line
 * @param {number} width
 * @param {number} [hanging] The indent of what continues it.
 */
function wrapLine(line, width, hanging) {
  if (textWidth(line) <= width) return line;
  const [leading] = LEADING.exec(line) ?? [""];
  const colours = leading.replaceAll(" ", "");
  const inside = leading.length - colours.length;
  // What is deep inside needs room as well.
  const most = Math.floor(width / 2);
  const start = " ".repeat(Math.min(inside, most));
  const indent = " ".repeat(Math.min(hanging ?? inside + HANGING, most));
  const rows = [];
  let row = colours + start;
  let column = start.length;
  // Where the row can be broken: the length of what comes before the space, and of what comes with it.
  let space;
  for (const part of partsOf(line.slice(leading.length))) {
    const size = textWidth(part);
    if (part === " " && column + size > width) continue;
    // What is behind an early space may be as long as a row.
    while (column + size > width && column > indent.length) {
      const { end, next } = space ?? { end: row.length, next: row.length };
      rows.push(row.slice(0, end));
      row = indent + row.slice(next);
      column = textWidth(row);
      space = undefined;
    }
    if (part === " " && rows.length > 0 && column === indent.length) continue;
    // A word that is as long as a row is taken apart anyway, so it begins where it is.
    if (part === " " && column >= width / SHORTEST)
      space = { end: row.trimEnd().length, next: row.length + 1 };
    row += part;
    column += size;
  }
  return [...rows, row].join("\n");
}

/** What must not be taken apart: characters as they are seen, and colours. */
function partsOf(text) {
  return text
    .split(COLOUR)
    .flatMap((part, index) =>
      index % 2 === 1 ? [part] : Array.from(GRAPHEMES.segment(part), ({ segment }) => segment),
    );
}

/**
 * Cuts the middle out of a text that is wider: names and addresses differ at their ends.
 *
 * @param {string} text Without colours.
 * @param {number} width
 */
export function cutMiddle(text, width) {
  if (textWidth(text) <= width) return text;
  const parts = partsOf(text);
  const room = Math.max(0, width - 1);
  const start = takeWidth(parts, Math.ceil(room / 2));
  const end = takeWidth(parts.reverse(), room - textWidth(start.join(""))).reverse();
  return `${start.join("")}…${end.join("")}`;
}

/** The first parts that fit. */
function takeWidth(parts, width) {
  let taken = 0;
  const end = parts.findIndex((part) => {
    taken += textWidth(part);
    return taken > width;
  });
  return end < 0 ? parts : parts.slice(0, end);
}

/**
 * A part of a line around a place in it.
 *
 * @param {string} line
 * @param {{ column: number, length: number }} place In columns, from 0.
 * @param {number} width
 * @returns {{ text: string, column: number, length: number }} the part, and the place in it
 */
export function excerpt(line, { column, length }, width) {
  if (textWidth(line) <= width) return { text: line, column, length };
  const parts = partsOf(line);
  const shown = Math.min(length, Math.max(1, width - 2));
  // As much before the place as behind it.
  const from = Math.max(0, Math.min(column - Math.floor((width - shown) / 2), textWidth(line) - width));
  const skipped = takeWidth(parts, from);
  const before = from === 0 ? "" : "…";
  const begin = from === 0 ? 0 : textWidth(skipped.join("")) + textWidth(parts[skipped.length] ?? "");
  const rest = from === 0 ? parts : parts.slice(skipped.length + 1);
  const room = width - before.length;
  const fits = textWidth(rest.join("")) <= room;
  const text = fits ? rest.join("") : `${takeWidth(rest, room - 1).join("")}…`;
  const at = before.length + column - begin;
  return { text: before + text, column: at, length: Math.max(1, Math.min(shown, width - at)) };
}

/**
 * Columns, of which the last is not padded.
 *
 * @param {string[][]} rows May have colours.
 * @param {{ aligns?: ("left" | "right")[] }} [options]
 * @returns {string[]} lines
 */
export function columns(rows, { aligns = [] } = {}) {
  const widths = (rows[0] ?? []).map((_, index) => Math.max(...rows.map((row) => textWidth(row[index]))));
  return rows.map((row) =>
    row
      .map((cell, index) =>
        aligns[index] === "right" ? padStart(cell, widths[index]) : padEnd(cell, widths[index]),
      )
      .join(GAP)
      .trimEnd(),
  );
}

/** Returns whether every line fits. @param {string[]} lines @param {number} width */
export function fits(lines, width) {
  return lines.every((line) => textWidth(line) <= width);
}

/**
 * @typedef {object} Labelled
 * @property {string} label
 * @property {string} value
 * @property {string} [mark] Stands before the label; two spaces where left out.
 * @property {(text: string) => string} [paint] The whole entry.
 */

/**
 * Labels with values beside them, or below them where there is no room. Every value stays whole.
 *
 * @param {Labelled[]} entries
 * @param {{ width: number, paint?: (text: string) => string, paintLabel?: (text: string) => string }} options How all values
 *   and all labels are painted.
 * @returns {string[]} lines
 */
export function labelled(entries, { width, paint: paintValue = plain, paintLabel = plain }) {
  const widths = entries.map(({ label }) => textWidth(label)).filter((size) => size <= width / 2);
  const labelWidth = Math.max(0, ...widths);
  return entries.flatMap(({ label, value, mark = "  ", paint = plain }) => {
    const column = textWidth(mark) + labelWidth + GAP.length;
    if (textWidth(label) > labelWidth || !fitsBeside(value, width - column)) {
      const indent = " ".repeat(textWidth(mark) + HANGING);
      const short = `${mark}${paintLabel(label)}${GAP}${paintValue(value)}`;
      const isNamed = label.trim() !== "";
      if (isNamed && textWidth(short) <= width) return [paint(short)];
      return [
        ...(isNamed
          ? wrapLine(mark + label, width)
              .split("\n")
              .map(paintLabel)
          : []),
        ...wrapLine(indent + value, width, indent.length)
          .split("\n")
          .map(paintValue),
      ].map(paint);
    }
    const [first, ...rest] = wrapLine(" ".repeat(column) + value, width, column).split("\n");
    const shown = paintValue(first.slice(column));
    const line = `${mark}${paintLabel(padEnd(label, labelWidth))}${GAP}${shown}`.trimEnd();
    return [line, ...rest.map(paintValue)].map(paint);
  });
}

function plain(text) {
  return text;
}

/** A value that fits whole, or whose words do. */
function fitsBeside(value, room) {
  return Math.max(...value.split(" ").map(textWidth)) <= room;
}
