/** Reads depends-on: "project_key=project team_id=team" fills two inputs of a list from the elements of those ids. */
export function dependencies(element) {
  const found = [];
  for (const pair of (element.getAttribute('depends-on') ?? '').split(/[\s,]+/).filter(Boolean)) {
    const [input, id = input] = pair.split('=');
    found.push({ input, id, element: element.getRootNode().getElementById?.(id) });
  }
  return found;
}

/** What a person calls the element. */
export function nameOf(element, id) {
  const label = element?.label || element?.labels?.[0]?.textContent || element?.getAttribute('aria-label') || id;
  return label.trim();
}
