// Buttons that copy the text of the element they name. Browsers offer the clipboard to secure pages only; elsewhere the
// buttons stay hidden.

const shownMs = 1600;

export function offerCopies(root, announce) {
  if (!navigator.clipboard) return;
  for (const button of root.querySelectorAll('[data-copy]')) {
    button.hidden = false;
    button.addEventListener('click', () => copy(button, announce));
  }
}

async function copy(button, announce) {
  const label = button.firstChild;
  try {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    label.textContent = 'Copied';
  } catch {
    label.textContent = 'Not allowed';
  }
  announce(label.textContent);
  setTimeout(() => { label.textContent = 'Copy'; }, shownMs);
}
