import { render } from "preact";
import { App } from "./app.jsx";
import { loadFiles } from "./files.js";

const place = /** @type {HTMLElement} */ (document.getElementById("app"));
try {
  // Before the first edit: files that come later would replace what was typed.
  const [schema, files] = await Promise.all([loadSchema(), loadFiles()]);
  place.replaceChildren();
  render(<App schema={schema} files={files} />, place);
} catch (error) {
  place.replaceChildren();
  render(<LoadFailure message={/** @type {Error} */ (error).message} />, place);
}

/** @returns {Promise<import("./schema.js").Schema>} */
async function loadSchema() {
  const response = await fetch(new URL("claimsmith.schema.json", import.meta.url));
  if (!response.ok) throw new Error(`claimsmith.schema.json cannot be loaded: status ${response.status}`);
  return response.json();
}

function LoadFailure({ message }) {
  return (
    <p class="loading bad" role="alert">
      The workbench cannot be loaded: {message}. Reload the page; where that does not help, start{" "}
      <code>claimsmith dev</code> again and open the address that it prints.
    </p>
  );
}
