// Buttons that copy the text of the element they name. Browsers offer the clipboard to secure pages only; elsewhere the
// buttons stay hidden.

const shownMs = 1600;

export function offerCopies(said) {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll('[data-copy]')) {
    button.hidden = false;
    button.addEventListener('click', () => copy(button, said));
  }
}

async function copy(button, said) {
  const label = button.firstChild;
  try {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    label.textContent = 'Copied';
  } catch {
    label.textContent = 'Not allowed';
  }
  said.textContent = label.textContent;
  setTimeout(() => { label.textContent = 'Copy'; said.textContent = ''; }, shownMs);
}
