/** What of a command is searched. */
export interface Findable {
  title: string;
  group: string;
  words?: string;
}

/** How well a word stands in a text: at its beginning, at a word's beginning, anywhere, or as letters in order. 0 is not at all. */
function fit(word: string, text: string): number {
  const at = text.indexOf(word);
  if (at === 0) return 4;
  if (at > 0) return /[\s·_./-]/.test(text[at - 1]!) ? 3 : 2;
  let place = -1;
  for (const letter of word) {
    place = text.indexOf(letter, place + 1);
    if (place < 0) return 0;
  }
  // Letters that are strewn over a long text are found by chance.
  return word.length >= 3 && place < word.length * 4 ? 1 : 0;
}

/** Those in which every word of the query is found, the best first; among equals the order stays. An empty query keeps all. */
export function findCommands<T extends Findable>(query: string, commands: readonly T[]): T[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [...commands];
  return commands
    .map((command) => {
      const title = command.title.toLowerCase();
      const rest = `${command.group} ${command.words ?? ''}`.toLowerCase();
      let score = 0;
      for (const word of words) {
        const best = Math.max(2 * fit(word, title), rest.includes(word) ? 2 : 0);
        if (best === 0) return { command, score: 0 };
        score += best;
      }
      return { command, score };
    })
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ command }) => command);
}
