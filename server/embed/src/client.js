const changes = new EventTarget();
let ours;
let words = {
  none: 'No options',
  noMatch: 'Nothing matches “{search}”',
  loading: 'Loading…',
  count: '{n} options',
  one: '1 option',
  countMore: '{n} options so far, more are there',
  longer: 'There are more than can be listed. Type to search.',
  first: 'Choose {label} first',
  gone: 'This choice is no longer in the list.',
  failed: 'The list could not be loaded.',
  retry: 'Try again',
  retryKey: 'Press Enter to try again.',
  chosen: '{text}, chosen',
  clear: 'Clear',
  required: 'Choose an option.',
  target: 'Field',
  source: 'Filled with',
  how: 'How {label} is filled',
  nothing: 'Nothing',
  field: 'A field',
  fixed: 'A fixed value',
  template: 'Text with fields',
  lookup: 'A field, by name',
  pickField: 'Choose a field',
  insertField: 'Insert a field',
  advanced: 'A rule of its own; it is kept as it is.',
  filled: '{n} of {all} fields are filled.',
  missing: 'Still to be filled: {labels}.',
};

/** Gives all elements their client, and texts of your own in place of the English ones. */
export function usePatchbay(client, { texts } = {}) {
  ours = client;
  words = { ...words, ...texts };
  changes.dispatchEvent(new Event('client'));
}

export const clientOf = (element) => element.client ?? ours;
export const texts = () => words;

/** Calls back as soon as there is a client that was not there before. */
export const onClient = (callback, signal) => changes.addEventListener('client', callback, { signal });
