/**
 * A link to what is worked on.
 */

import { useEffect, useState } from "preact/hooks";
import { count } from "../../../src/count.js";
import { CopyButton } from "../parts/copy.jsx";
import { Dialog } from "../parts/dialog.jsx";
import { toLink, toShared } from "../state/share.js";

/** A longer one is cut by some programs that send it. */
const LONG = 8_000;

/** A folder's page is at this machine alone: its links lead to where the page stands for all. */
const PUBLIC_HINT =
  "This page is served to this machine alone. Open the link's fragment, from the # on, at a copy of the static page.";

/** @param {{ content: import("../state/workspace.js").Content, isLocal: boolean, onClose: () => void }} props */
export function ShareDialog({ content, isLocal, onClose }) {
  const [link, setLink] = useState("");
  const [removed, setRemoved] = useState(/** @type {string[]} */ ([]));
  const [failure, setFailure] = useState("");
  useEffect(() => {
    make(content).then(
      (made) => {
        setLink(made.link);
        setRemoved(made.removed);
      },
      (error) => setFailure(error.message),
    );
  }, []);
  return (
    <Dialog title="Share by a link" onClose={onClose}>
      {failure !== "" && <p class="bad">{failure}</p>}
      {link !== "" && (
        <>
          <p>
            The link holds the configuration, the event, the answers and the rows, in its fragment. No server
            is sent that: nothing leaves this machine until you send the link. Comments are not in it.
          </p>
          {isLocal && <p class="careful">{PUBLIC_HINT}</p>}
          {removed.length > 0 ? (
            <>
              <p class="careful">These look like secrets, and were left out:</p>
              <ul>
                {removed.map((place) => (
                  <li key={place}>
                    <code>{place}</code>
                  </li>
                ))}
              </ul>
            </>
          ) : (
            <p class="muted">Nothing in it looks like a secret. Look through the answers all the same.</p>
          )}
          <textarea
            class="field code"
            rows={5}
            readOnly
            aria-label="The link"
            data-testid="link"
            value={link}
          />
          <p class="row">
            <CopyButton label="the link" text={() => link} class="">
              Copy the link
            </CopyButton>
            <span class={link.length > LONG ? "careful" : "muted"}>
              {count(link.length)} characters{link.length > LONG && ": some messengers cut so long a link"}
            </span>
          </p>
        </>
      )}
    </Dialog>
  );
}

async function make(content) {
  const { value, removed } = toShared(content);
  return { link: await toLink(value, location.href), removed };
}
