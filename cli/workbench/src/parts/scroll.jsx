/**
 * A region that scrolls sideways, also by the keyboard.
 */

/** @param {{ labelledby: string, children: any }} props */
export function Scroll({ labelledby, children }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no pointer scrolls it by the arrow keys
    <section class="scroll" aria-labelledby={labelledby} tabIndex={0}>
      {children}
    </section>
  );
}
