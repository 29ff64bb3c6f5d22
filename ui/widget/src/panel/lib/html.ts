/**
 * The one place where the server's HTML becomes part of the page. The server has rendered and cleaned it;
 * the named Trusted Types policy says that no other string may go this way.
 */

interface Policy {
  createHTML(html: string): string;
}

interface Factory {
  createPolicy(name: string, rules: Policy): Policy;
}

const factory = (window as unknown as { trustedTypes?: Factory }).trustedTypes;
const policy = factory?.createPolicy("portico-html", { createHTML: (html) => html });

/** Message HTML for `{@html}`. At run time a TrustedHTML where the browser knows that type. */
export function trusted(html: string): string {
  return policy ? policy.createHTML(html) : html;
}
