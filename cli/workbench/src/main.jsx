import { render } from "preact";
import { App } from "./app.jsx";

const schema = await (await fetch(new URL("claimsmith.schema.json", import.meta.url))).json();
render(<App schema={schema} />, /** @type {HTMLElement} */ (document.getElementById("app")));
