// Elements without a template language. Strings become text nodes, never HTML, so whatever an event carries is shown and
// not run.

const svgNamespace = 'http://www.w3.org/2000/svg';

// el('button', { type: 'button', hidden: true, on: { click } }, 'Stop'). An attribute that is null, undefined or false is
// left out, and so is such a child; lists of children are flattened. The content policy refuses `style` as an attribute:
// set element.style afterwards.
export function el(name, attributes, ...children) {
  return fill(document.createElement(name), attributes, children);
}

// The same for pictures.
export function svg(name, attributes, ...children) {
  return fill(document.createElementNS(svgNamespace, name), attributes, children);
}

function fill(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (key === 'on') {
      for (const [type, listener] of Object.entries(value)) element.addEventListener(type, listener);
    } else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(key, value === true ? '' : value);
    }
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}
