/**
 * Tabs: one stop for the Tab key, arrows between them.
 */

import { useRef } from "preact/hooks";

/**
 * @param {object} props
 * @param {string} props.label
 * @param {string} props.prefix Of the ids: `tab-NAME` and `panel-NAME`, after it.
 * @param {readonly { name: string, title: string, hint?: string }[]} props.tabs
 * @param {string} props.selected
 * @param {(name: string) => void} props.onSelect
 * @param {(name: string) => any} [props.badge]
 */
export function Tabs({ label, prefix, tabs, selected, onSelect, badge = () => null }) {
  const list = useRef(/** @type {HTMLDivElement | null} */ (null));
  function move(pressed) {
    const index = tabs.findIndex(({ name }) => name === selected);
    const next = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: tabs.length - 1 }[pressed.key];
    if (next === undefined) return;
    pressed.preventDefault();
    const { name } = tabs[(next + tabs.length) % tabs.length];
    onSelect(name);
    document.getElementById(`${prefix}tab-${name}`)?.focus();
  }
  return (
    <div role="tablist" aria-label={label} class="tabs" ref={list} onKeyDown={move}>
      {tabs.map(({ name, title, hint }) => (
        <button
          key={name}
          type="button"
          role="tab"
          id={`${prefix}tab-${name}`}
          aria-selected={selected === name}
          aria-controls={`${prefix}panel-${name}`}
          tabIndex={selected === name ? 0 : -1}
          onClick={() => onSelect(name)}
          title={hint}
        >
          {title}
          {badge(name)}
        </button>
      ))}
    </div>
  );
}

/** @param {{ prefix: string, name: string, selected: string, children: any }} props */
export function TabPanel({ prefix, name, selected, children }) {
  return (
    <div
      role="tabpanel"
      id={`${prefix}panel-${name}`}
      aria-labelledby={`${prefix}tab-${name}`}
      hidden={selected !== name}
      class="panel"
    >
      {children}
    </div>
  );
}
