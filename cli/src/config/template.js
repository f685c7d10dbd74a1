/**
 * Templates as the configuration has them: text with `{expression}` in braces. For tools; in a login the engine reads
 * them.
 */

/**
 * @typedef {{ literal: string } | { expression: string }} Part
 *
 * @param {string} template
 * @returns {Part[]} what is no template as one literal
 */
export function templateParts(template) {
  /** @type {Part[]} */
  const parts = [];
  let literal = "";
  for (let index = 0; index < template.length; index++) {
    const character = template[index];
    if ((character === "{" || character === "}") && template[index + 1] === character) {
      literal += character;
      index++;
    } else if (character === "{") {
      const end = endOfExpression(template, index + 1);
      if (end < 0) return [{ literal: template }];
      if (literal !== "") parts.push({ literal });
      literal = "";
      parts.push({ expression: template.slice(index + 1, end) });
      index = end;
    } else {
      literal += character;
    }
  }
  if (literal !== "") parts.push({ literal });
  return parts;
}

/** Every template of a configuration: every string in it, since a template may stand in all but a few. */
export function* allStrings(value) {
  if (typeof value === "string") yield value;
  else if (typeof value === "object" && value !== null) {
    for (const member of Object.values(value)) yield* allStrings(member);
  }
}

/** Braces may stand in an expression as well: in pairs, or within quotes. */
function endOfExpression(template, start) {
  let depth = 0;
  for (let index = start; index < template.length; index++) {
    const character = template[index];
    if (character === "{") depth++;
    else if (character === "}" && depth-- === 0) return index;
    else if ("'\"`".includes(character)) {
      index = endOfQuoted(template, index);
      if (index < 0) return -1;
    }
  }
  return -1;
}

function endOfQuoted(template, start) {
  for (let index = start + 1; index < template.length; index++) {
    if (template[index] === "\\") index++;
    else if (template[index] === template[start]) return index;
  }
  return -1;
}
