/**
 * The keys of a JSON text's outermost object, in order and with repetitions, which `JSON.parse` hides (the last one wins).
 * `json` must already have been accepted by `JSON.parse`.
 */
export function topLevelKeys(json: string): string[] {
  const keys: string[] = [];
  let depth = 0;
  let expectKey = false;
  for (let at = 0; at < json.length; at += 1) {
    const character = json[at];
    if (character === '"') {
      const start = at;
      for (at += 1; json[at] !== '"'; at += 1) if (json[at] === '\\') at += 1;
      if (depth === 1 && expectKey) keys.push(JSON.parse(json.slice(start, at + 1)) as string);
      expectKey = false;
    } else if (character === '{' || character === '[') {
      depth += 1;
      expectKey = depth === 1;
    } else if (character === '}' || character === ']') depth -= 1;
    else if (character === ',') expectKey = depth === 1;
  }
  return keys;
}
