/** What the toolbar does to the text: wraps or prefixes the selection. Plain text is the truth; no rich editor. Pure. */

export interface Selected { text: string; start: number; end: number }
export type Format = 'bold' | 'italic' | 'link' | 'code' | 'list' | 'quote';

const marks: Partial<Record<Format, string>> = { bold: '**', italic: '_', code: '`' };

function wrap({ text, start, end }: Selected, mark: string): Selected {
  const before = text.slice(0, start);
  const inside = text.slice(start, end);
  const after = text.slice(end);
  if (before.endsWith(mark) && after.startsWith(mark)) {
    const length = mark.length;
    return { text: before.slice(0, -length) + inside + after.slice(length), start: start - length, end: end - length };
  }
  return { text: before + mark + inside + mark + after, start: start + mark.length, end: end + mark.length };
}

function prefix({ text, start, end }: Selected, sign: string): Selected {
  const from = text.lastIndexOf('\n', start - 1) + 1;
  const to = end === start ? end : Math.max(end, from);
  const lines = text.slice(from, to).split('\n');
  const all = lines.every((line) => line.startsWith(sign));
  const changed = lines.map((line) => (all ? line.slice(sign.length) : sign + line)).join('\n');
  const first = all ? -sign.length : sign.length;
  return { text: text.slice(0, from) + changed + text.slice(to), start: Math.max(from, start + first), end: from + changed.length };
}

export function format(selected: Selected, kind: Format): Selected {
  const { text, start, end } = selected;
  if (kind === 'list') return prefix(selected, '- ');
  if (kind === 'quote') return prefix(selected, '> ');
  if (kind === 'link') {
    const inside = text.slice(start, end);
    const isAddress = /^https?:\/\/\S+$/.test(inside);
    const made = isAddress ? `[](${inside})` : `[${inside}](https://)`;
    const at = isAddress ? start + 1 : start + inside.length + 3;
    return { text: text.slice(0, start) + made + text.slice(end), start: at, end: isAddress ? at : at + 8 };
  }
  if (kind === 'code' && text.slice(start, end).includes('\n')) {
    const made = `\`\`\`\n${text.slice(start, end)}\n\`\`\``;
    return { text: text.slice(0, start) + made + text.slice(end), start: start + 3, end: start + 3 };
  }
  return wrap(selected, marks[kind] ?? '');
}

/** What Enter does inside a list or quote: goes on with its sign, or ends it on an empty item. Null: nothing special. */
export function continueList({ text, start, end }: Selected): Selected | null {
  if (start !== end) return null;
  const from = text.lastIndexOf('\n', start - 1) + 1;
  const line = text.slice(from, start);
  const sign = /^(\s*(?:[-*>]|\d+\.) )(.*)$/.exec(line);
  if (!sign?.[1]) return null;
  if (!sign[2]) return { text: text.slice(0, from) + text.slice(start), start: from, end: from };
  const next = sign[1].replace(/\d+/, (number) => String(Number(number) + 1));
  return { text: `${text.slice(0, start)}\n${next}${text.slice(start)}`, start: start + next.length + 1, end: start + next.length + 1 };
}
