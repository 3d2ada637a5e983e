// Events by the frame: however many come, the page is touched once for all. What is held for a reader who opens the page
// comes in one go, too.

const firstMs = 150;

// show(list) gets at most `most` of the latest. Returns add(one).
export function gather(show, most, signal) {
  let arrived = [];
  let asked = false;
  let begun = false;
  const hand = () => {
    asked = false;
    if (signal.aborted) return;
    const list = arrived;
    arrived = [];
    show(list);
  };
  return (one) => {
    arrived.push(one);
    if (arrived.length > 2 * most) arrived = arrived.slice(-most);
    if (asked) return;
    asked = true;
    if (begun) requestAnimationFrame(hand);
    else setTimeout(hand, firstMs);
    begun = true;
  };
}
