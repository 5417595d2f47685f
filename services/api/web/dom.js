/**
 * An element. Properties are attributes, `on…` a listener, `value`, `checked`, `disabled`, `hidden` and `selected` states.
 * Children are nodes or texts: nothing in this page reads markup, so a name of a file or a swimmer stays a text.
 */
export function el(tag, properties = {}, ...children) {
  return filled(document.createElement(tag), properties, children);
}

/** The same of SVG. */
export function svg(tag, properties = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), properties, children);
}

const STATES = new Set(["value", "checked", "disabled", "hidden", "selected", "max", "multiple", "open"]);

function filled(node, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (STATES.has(name)) node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...present(children));
  return node;
}

function present(children) {
  return children.flat(2).filter((child) => child !== null && child !== undefined && child !== false);
}

/** Other children for an element. */
export function replace(parent, ...children) {
  parent.replaceChildren(...present(children));
}

/** Text of somebody else, whose direction of writing ends with it. */
export function bdi(text) {
  return el("bdi", {}, text);
}

/** Say something to whoever listens to the page instead of looking at it. */
export function announce(text) {
  document.getElementById("said").textContent = text;
}
