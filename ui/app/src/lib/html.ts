/** The only door for markup into the page: what the server rendered and cleaned passes through one Trusted Types policy. */
interface Policy { createHTML(text: string): unknown }
interface Factory { createPolicy(name: string, rules: { createHTML: (text: string) => string }): Policy }

const factory = (globalThis as { trustedTypes?: Factory }).trustedTypes;
const policy = factory?.createPolicy('portico-html', { createHTML: (text) => text });

/** For `{@html …}`. Pass only `body.html`, `snippet_html` and the like: fields the server has sanitized. */
export function serverHtml(text: string): string {
  return (policy ? policy.createHTML(text) : text) as string;
}
