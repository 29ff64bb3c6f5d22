import { describe, expect, it } from 'vitest';
import { bodyText, plainText } from '../lib/plain.ts';

describe('plainText', () => {
  it.each([
    ['<p><strong>Deploy</strong> is <em>done</em></p>', 'Deploy is done'],
    ['<p>one</p>\n<p>two<br>three</p>', 'one two three'],
    ['<ul><li>☑ dimmer</li><li>☐ notes</li></ul>', '☑ dimmer ☐ notes'],
    ['<pre data-lang="rust"><code>a &lt;&lt; b;\nc</code></pre><p>after</p>', 'a << b; c after'],
    ['<p>see <a href="https://a.example/?a=1&amp;b=2">the docs</a></p>', 'see the docs'],
    ['<p><span class="mention" data-member="x">@Ingrid Solberg</span> hello</p>', '@Ingrid Solberg hello'],
    ['<table><thead><tr><th>a</th><th>b</th></tr></thead></table>', 'a b'],
    ['<p>&lt;img src=x&gt; &amp;amp; &#39;q&#x27; &quot;</p>', "<img src=x> &amp; 'q' \""],
    ['<p><img src="/e.png" alt="a chart"> below</p>', 'a chart below'],
  ])('%s', (html, text) => expect(plainText(html)).toBe(text));
});

describe('bodyText', () => {
  it('has no marks of Markdown where the server has rendered', () => {
    expect(bodyText({ kind: 'markdown', text: '**new** `x`', html: '<p><strong>new</strong> <code>x</code></p>' })).toBe('new x');
  });
  it('shows what was typed while it is on its way', () => {
    expect(bodyText({ kind: 'markdown', text: 'on its way', html: '' })).toBe('on its way');
  });
  it('is short for long messages and never shows half a tag', () => {
    const html = `<p>${'<strong>w</strong> '.repeat(1_000)}</p>`;
    const text = bodyText({ kind: 'markdown', text: '', html }, 40);
    expect(text.length).toBeLessThanOrEqual(40);
    expect(text).not.toMatch(/[<>]/);
    expect(text).toMatch(/^w w w/);
  });
  it('says nothing of what is gone', () => expect(bodyText({ kind: 'deleted' })).toBe(''));
});
