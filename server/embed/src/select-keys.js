const PAGE = 8; // options that PageUp and PageDown pass

/** Does what a key says, and tells whether it said anything. `at` is the option that is walked to, or -1. */
export function obey({ key, altKey }, { isOpen, at, last }, act) {
  const does = isOpen ? whenOpen(key, altKey, at, last, act) : whenClosed(key, altKey, act);
  does?.();
  return !!does && key !== 'Tab';
}

function whenClosed(key, altKey, act) {
  switch (key) {
    case 'Enter': return () => act.submit();
    case 'ArrowDown': return () => act.open(altKey ? 'chosen' : 'first');
    case 'ArrowUp': return () => act.open(altKey ? 'chosen' : 'last');
    default: return undefined;
  }
}

function whenOpen(key, altKey, at, last, act) {
  switch (key) {
    case 'ArrowDown': return () => act.move(at + 1);
    case 'ArrowUp': return () => (altKey ? act.close() : act.move(at < 0 ? last : Math.max(at - 1, 0)));
    case 'PageDown': return () => act.move(Math.min(at + PAGE, Math.max(last, at + 1)));
    case 'PageUp': return () => act.move(Math.max(at - PAGE, 0));
    case 'Home': return at >= 0 ? () => act.move(0) : undefined; // before that, it is the text's
    case 'End': return at >= 0 ? () => act.move(last) : undefined;
    case 'Enter': return () => act.take();
    case 'Escape': return () => act.cancel();
    case 'Tab': return () => act.pass();
    default: return undefined;
  }
}
