/**
 * `w.js`: reads its own script tag, installs `window.portico`, replays the calls queued before it came.
 * Loaded twice with one key: the second does nothing. With another key: a second widget.
 */
import { define, widget, type Widget } from "./widget";

type Call = ArrayLike<unknown>;

interface Api {
  (command: unknown, first?: unknown, second?: unknown): void;
  /** Calls made before the loader came (the host's stub fills it). */
  q?: ArrayLike<Call>;
  /** Adds the widget of another script tag; its presence says that a loader is at work. */
  add?: (script: HTMLScriptElement) => void;
}

const scope = window as unknown as { portico?: Api };

function start(): Api {
  const widgets = Object.create(null) as Record<string, Widget>;
  /** Calls for widgets that are not there yet. */
  let waiting: ArrayLike<Call> = scope.portico?.q ?? [];
  let first = "";
  let timer = 0;

  /** `portico("open")` speaks to the first widget, `portico("KEY:open")` to the one of that key. */
  const api: Api = (command, a, b) => {
    const text = "" + command;
    const at = text.indexOf(":");
    const one = widgets[at < 0 ? first : text.slice(0, at)];
    if (one) one.run(text.slice(at + 1), a, b);
    else (waiting as Call[])[waiting.length] = [command, a, b];
  };

  api.add = (script) => {
    const { key, locale, position } = script.dataset;
    if (!key || widgets[key]) return;
    const language = locale || document.documentElement.lang || navigator.language;
    widgets[key] = widget(encodeURIComponent(key), new URL(script.src).origin, language, position === "start");
    first ||= key;
    const calls = waiting;
    waiting = [];
    for (let i = 0; i < calls.length; i++) {
      const call = calls[i];
      if (call) api(call[0], call[1], call[2]);
    }
  };

  define();

  // Single-page navigation, without polling: titles are often set a moment after the address.
  const moved = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      for (const key in widgets) widgets[key]?.moved();
    }, 250);
  };
  const hook = (name: "pushState" | "replaceState"): void => {
    const original = history[name];
    history[name] = function (...args) {
      original.apply(this, args);
      moved();
    };
  };
  hook("pushState");
  hook("replaceState");
  addEventListener("popstate", moved);

  return (scope.portico = api);
}

const script = (document.currentScript ?? document.querySelector("script[data-key][src]")) as HTMLScriptElement | null;
if (script) (scope.portico?.add ? scope.portico : start()).add?.(script);
