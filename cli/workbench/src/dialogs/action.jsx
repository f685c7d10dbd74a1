/**
 * The file to paste into Auth0: made here, by the code of `claimsmith bundle`.
 */

import { useEffect, useState } from "preact/hooks";
import { parseConfig } from "../../../src/config/text.js";
import { count } from "../../../src/count.js";
import { bundle } from "../bundling.js";
import { CopyButton } from "../parts/copy.jsx";
import { Dialog } from "../parts/dialog.jsx";
import { download } from "../state/device-files.js";

/** What Auth0 takes. */
const MAX_BYTES = 100_000;

/** @param {{ text: string, trigger: string, secrets: string[], onClose: () => void }} props */
export function ActionDialog({ text, trigger, secrets, onClose }) {
  const [isReadable, setReadable] = useState(true);
  const [made, setMade] = useState(/** @type {{ code: string, fingerprint: string } | null} */ (null));
  const [failure, setFailure] = useState("");

  useEffect(() => {
    let isCurrent = true;
    setMade(null);
    const config = /** @type {object} */ (parseConfig(text).value);
    bundle({ config, trigger, source: isReadable }).then(
      (result) => isCurrent && setMade(result),
      (error) => isCurrent && setFailure(error.message),
    );
    return () => {
      isCurrent = false;
    };
  }, [isReadable]);

  const bytes = made === null ? 0 : new TextEncoder().encode(made.code).length;
  return (
    <Dialog title="The Action" onClose={onClose}>
      <p>
        One file, the engine in it. In the Auth0 dashboard: Actions, Library, Create Action,{" "}
        {trigger === "post-login" ? "Login / Post Login" : "Machine to Machine"}; replace the code by this
        file, add the secrets, and deploy.
      </p>
      <label class="check">
        <input type="checkbox" checked={isReadable} onChange={() => setReadable(!isReadable)} />
        <span>with the configuration to read on top</span>
      </label>
      {failure !== "" && <p class="bad">{failure}</p>}
      {failure === "" && made === null && (
        <p role="status" class="muted">
          Making the file… It takes some seconds.
        </p>
      )}
      {made !== null && (
        <>
          <p role="status" data-testid="action" class={bytes > MAX_BYTES ? "bad" : ""}>
            {count(bytes)} of {count(MAX_BYTES)} bytes
            {bytes > MAX_BYTES &&
              ": Auth0 would not take it; leave the readable configuration out, or shorten it"}
            ; configuration <code>{made.fingerprint}</code>
          </p>
          {secrets.length > 0 && (
            <p>
              Secrets to add:{" "}
              {secrets.map((name) => (
                <code key={name} class="secret">
                  {name}
                </code>
              ))}
            </p>
          )}
          <p class="row">
            <button
              type="button"
              onClick={() => download("action.js", made.code, "text/javascript")}
              disabled={bytes > MAX_BYTES}
            >
              Download action.js
            </button>
            <CopyButton label="the Action" text={() => made.code} class="quiet">
              Copy the code
            </CopyButton>
          </p>
        </>
      )}
    </Dialog>
  );
}
