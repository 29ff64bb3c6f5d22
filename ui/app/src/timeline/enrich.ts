/**
 * Finishes a rendered body after it has been put on the page: code gets its copy button, links their target, mentions of
 * me their ground. Builds elements only; never markup from text.
 */
import type { Attachment } from 'svelte/attachments';
import { t } from '../i18n/index.svelte.ts';
import { toast } from '../lib/ui.svelte.ts';
import sprite from '@portico/kit/icons.svg?url';

const SVG = 'http://www.w3.org/2000/svg';
function glyph(name: string): SVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', 'i i14');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(SVG, 'use');
  use.setAttribute('href', `${sprite}#i-${name}`);
  svg.append(use);
  return svg;
}

function codeFrame(pre: HTMLPreElement): void {
  const language = pre.dataset.lang ?? '';
  const figure = document.createElement('figure');
  figure.className = 'code';
  const caption = document.createElement('figcaption');
  caption.append(language || t('msg.code'));
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'ib sm';
  button.setAttribute('aria-label', t('msg.copyCode'));
  button.append(glyph('copy'));
  button.addEventListener('click', () => {
    void navigator.clipboard.writeText(pre.textContent).then(() => toast(t('common.copied')));
  });
  caption.append(button);
  pre.tabIndex = 0;
  pre.dir = 'ltr';
  pre.setAttribute('role', 'group');
  pre.setAttribute('aria-label', language || t('msg.code'));
  pre.replaceWith(figure);
  figure.append(caption, pre);
}

/** `{@attach enrich(html, me)}`; runs anew when the markup changes. */
export function enrich(_html: string, myId: string): Attachment<HTMLElement> {
  return (element) => {
    for (const pre of element.querySelectorAll('pre')) if (!pre.closest('figure')) codeFrame(pre);
    for (const link of element.querySelectorAll('a')) {
      if (link.hasAttribute('href') && link.origin !== location.origin) {
        link.target = '_blank';
        link.rel = 'noopener noreferrer nofollow';
      }
    }
    for (const mention of element.querySelectorAll<HTMLElement>('.mention')) {
      mention.classList.add('at');
      if (mention.dataset.member === myId || mention.classList.contains('mention-all')) mention.classList.add('me');
    }
    for (const channel of element.querySelectorAll<HTMLAnchorElement>('a.channel[data-room]')) {
      channel.classList.add('at');
      channel.href = `/team/${encodeURIComponent(channel.dataset.room ?? '')}`;
    }
  };
}

/** Ids of messages that a body links to (`…/m/<id>` on this server), at most three. */
export function linkedMessages(text: string): string[] {
  const own = `${location.origin}/m/`;
  const found = new Set<string>();
  for (const [, id] of text.matchAll(/https?:\/\/[^\s<>()]+?\/m\/([a-z2-7]{26})\b/g)) {
    if (id && text.includes(own + id)) found.add(id);
  }
  return [...found].slice(0, 3);
}
