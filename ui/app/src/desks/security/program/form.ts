/** What is typed into a program's form, and what of it is sent. Pure. */
import type { ProgramInput } from '../../../lib/store/index.ts';
import type { Program } from '../../../lib/types.ts';

export type Draft = Omit<ProgramInput, 'languages'> & { languages: string };

export function draftOf(program: Program | null): Draft {
  if (!program) return { name: '', slug: '', prefix: '', intro: '', policy: '', scope: [], contact: '', languages: 'en', notice: '', intake: 'open', member_ids: [] };
  const { name, slug, prefix, intro, contact, notice, intake, member_ids } = program;
  return { name, slug, prefix, intro, contact, notice, intake, member_ids, policy: program.policy.text, scope: program.scope.map((item) => ({ ...item })), languages: program.languages.join(', ') };
}

export function languageTags(text: string): string[] {
  return text.split(/[\s,;]+/).filter(Boolean);
}

function whole(draft: Draft): ProgramInput {
  return {
    ...draft, name: draft.name.trim(), slug: draft.slug.trim(), prefix: draft.prefix.trim(), intro: draft.intro.trim(), contact: draft.contact.trim(), notice: draft.notice.trim(),
    languages: languageTags(draft.languages),
    // A line somebody began and left empty is no entry.
    scope: draft.scope.filter((item) => item.asset.trim() || item.note.trim() || item.kind.trim()),
  };
}

/** A new program; empty slug and prefix are left to the server, which makes them of the name. */
export function created(draft: Draft): Omit<ProgramInput, 'intake'> {
  const { intake: _, ...rest } = whole(draft);
  return rest;
}

/** Only what differs, so that two people editing different parts do not undo each other. */
export function changed(draft: Draft, program: Program): Partial<Omit<ProgramInput, 'prefix' | 'member_ids'>> {
  const now = whole(draft);
  const was = whole(draftOf(program));
  const change: Record<string, unknown> = {};
  for (const field of ['name', 'slug', 'intro', 'policy', 'scope', 'contact', 'languages', 'notice', 'intake'] as const) {
    if (JSON.stringify(now[field]) !== JSON.stringify(was[field])) change[field] = now[field];
  }
  return change;
}
