/**
 * The launcher's style, adopted by the shadow root, so that the host needs no `style-src`.
 * `!important` inside a shadow root beats `!important` outside: a page with `*{all:unset!important}` cannot reach it.
 */

/** Where the panel fills the screen. */
export const SMALL = "(max-width:479px),(max-height:479px)";

export const STYLE = `:host{all:initial!important;display:contents!important}
:host([hidden]),[hidden]{display:none!important}
.r{position:fixed;z-index:2147483647;inset-block-end:20px;inset-inline-end:20px;color-scheme:light dark;font:14px/20px system-ui,sans-serif}
button{all:unset;box-sizing:border-box;cursor:pointer;min-width:44px;min-height:44px}
:focus-visible{outline:2px solid light-dark(#1b1a18,#eceae6);outline-offset:2px;box-shadow:0 0 0 2px light-dark(#fff,#1c1b1a)}
svg{display:block;width:24px;margin:auto;fill:none;stroke:currentColor;stroke-width:1.6;stroke-linecap:round;stroke-linejoin:round}
.x svg{width:16px}
.l,.x{display:grid;flex:none;border-radius:50%}
.l{width:56px;height:56px;background:var(--b);color:var(--i);border:1px solid transparent;box-shadow:0 8px 24px #0005}
.n{position:absolute;inset-block-start:-4px;inset-inline-end:-4px;min-width:22px;border-radius:11px;background:#b42323;color:#fff;font-size:12px;font-weight:600;line-height:22px;text-align:center}
.t,.p[open]{all:unset;position:absolute;border-radius:14px;background:light-dark(#fff,#1c1b1a);color:light-dark(#1b1a18,#eceae6);box-shadow:0 0 0 1px #8884,0 8px 24px #0005}
.t{inset-block-end:4px;inset-inline-end:68px;display:flex;width:max-content;max-width:280px}
.t :first-child{padding:12px 16px;overflow-wrap:anywhere;border-radius:14px}
.p[open]{position:fixed;inset-block-end:92px;inset-inline-end:20px;width:380px;height:min(640px,calc(100dvh - 112px));overflow:hidden}
.p .x{position:absolute;inset-block-start:10px;inset-inline-end:8px}
iframe{position:relative;width:100%;height:100%;border:0;visibility:hidden}
.up iframe{visibility:visible}
@media ${SMALL}{.p[open]{inset:0;width:100%;height:100%;border-radius:0}.t{display:none}}
@media (prefers-reduced-motion:no-preference){.p,.t{animation:a .18s ease-out}@keyframes a{0%{opacity:0;translate:0 8px}}}
@media print{.r{display:none}}`;
