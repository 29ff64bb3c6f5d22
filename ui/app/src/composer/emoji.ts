/** The emoji list: fetched as one JSON when first needed; the person's often used ones are kept in this browser. */
import source from './emoji.json?url';

export interface Emoji { char: string; name: string; short: string[]; group: string }
/** `{group: [[char, name, "short short"], …]}` */
type Raw = Record<string, [string, string, string][]>;

let loading: Promise<Emoji[]> | undefined;

export function loadEmoji(): Promise<Emoji[]> {
  loading ??= fetch(source)
    .then(async (answer) => {
      const raw = (await answer.json()) as Raw;
      return Object.entries(raw).flatMap(([group, items]) =>
        items.map(([char, name, short]): Emoji => ({ char, name, short: short ? short.split(' ') : [name.replaceAll(' ', '_')], group })),
      );
    })
    .catch((error: unknown) => {
      loading = undefined; // the next opening tries again
      throw error;
    });
  return loading;
}

const KEY = 'portico.emoji';
const common = ['👍', '❤️', '😂', '🎉', '👀', '🙏', '✅', '🚀', '🔥'];

function counts(): Record<string, number> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') as Record<string, number>;
  } catch {
    return {};
  }
}

export function frequentEmoji(): string[] {
  const used = Object.entries(counts()).sort((a, b) => b[1] - a[1]).map(([char]) => char);
  return [...new Set([...used, ...common])].slice(0, 9);
}

export function countEmoji(char: string): void {
  const all = counts();
  all[char] = (all[char] ?? 0) + 1;
  try {
    localStorage.setItem(KEY, JSON.stringify(all));
  } catch {
    // Only the order of a list.
  }
}
