/**
 * One widget on a host page: launcher, greeting, frame, and the port to the panel.
 * The host page is hostile ground: no array methods, spreads or `for…of` (they run the page's `Array.prototype`),
 * no JSON, no style attributes, no HTML strings. Never puts the visitor token into a URL.
 */
import type { Page, Profile, ToHost, ToPanel } from "../shared/protocol";
import type { Config } from "../shared/wire";
import { brand, ink } from "../shared/ink";
import { accept } from "./handshake";
import { rtl, words } from "./words";
import { SMALL, STYLE } from "./style";
import { safe, stored } from "./visitor";

/** The host's side of an event: `ready`, `open`, `close`, `message` or `unread`. */
type Listener = (detail?: unknown) => void;

export interface Widget {
  /** Runs one command of the public API; unknown ones are ignored. */
  run(command: string, first: unknown, second: unknown): void;
  /** The address may have changed. */
  moved(): void;
}

const SVG = "http://www.w3.org/2000/svg";
const CHAT = "M4 5.5h16v11h-8l-4.5 4v-4H4z";
const DOWN = "m6 9.5 6 6 6-6";
const CROSS = "m6 6 12 12M18 6 6 18";

function make<K extends keyof HTMLElementTagNameMap>(tag: K, className: string, parent: Node): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  node.className = className;
  parent.appendChild(node);
  return node;
}

function button(className: string, parent: Node, click: () => void, path?: string): HTMLButtonElement {
  const node = make("button", className, parent);
  node.type = "button";
  node.onclick = click;
  if (path) {
    const svg = node.appendChild(document.createElementNS(SVG, "svg"));
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.appendChild(document.createElementNS(SVG, "path")).setAttribute("d", path);
  }
  return node;
}

function label(node: Element, text: string): void {
  node.setAttribute("aria-label", text);
}

class Host extends HTMLElement {
  gone?: () => void;
  disconnectedCallback(): void {
    this.gone?.();
  }
}

export function widget(key: string, origin: string, locale: string, start: boolean): Widget {
  const say = words(locale);
  const base = origin + "/widget/";
  const name = "portico:" + key;
  const visitor = stored(name);
  const listeners: { event: string; fn: Listener }[] = [];
  let profile: Profile = {};
  let jwt: string | null = null;
  let config: Config | undefined;
  let asked = false;
  let wanted = false;
  let isOpen = false;
  let unread = 0;
  let last = "";
  let moves = 0;
  let frame: HTMLIFrameElement | undefined;
  let port: MessagePort | undefined;
  let root: HTMLElement;
  let launcher: HTMLButtonElement;
  let badge: HTMLElement;
  let dialog: HTMLDialogElement;
  let teaser: HTMLElement | undefined;

  function emit(event: string, detail?: unknown): void {
    for (let i = 0; i < listeners.length; i++) {
      const one = listeners[i];
      if (one && one.event === event) call(one.fn, detail);
    }
  }

  /** A listener that throws is the host's own affair: its error surfaces, our work goes on. */
  function call(fn: Listener, detail: unknown): void {
    setTimeout(() => fn(detail));
  }

  const post = (message: ToPanel): void => port?.postMessage(message);

  const page = (): Page => ({ url: location.origin + location.pathname, title: document.title });

  function init(): void {
    if (config)
      post({ t: "init", sid: visitor.sid, token: visitor.token, jwt, profile, config, locale, page: page(), open: isOpen });
  }

  function heard(message: ToHost): void {
    if (message.t === "token") visitor.keep(message.token);
    if (message.t === "close") close();
    if (message.t === "message") emit("message", { mine: message.mine });
    if (message.t === "unread" && message.count !== unread) {
      unread = message.count;
      draw();
      emit("unread", unread);
    }
    if (message.t === "ready") {
      dialog.classList.add("up");
      if (isOpen) frame?.focus();
    }
    if (message.t === "bye") {
      drop();
      if (isOpen) load();
    }
  }

  /** Takes the panel away; the next intent makes a new one. */
  function drop(): void {
    port?.close();
    frame?.remove();
    dialog.classList.remove("up");
    frame = port = undefined;
  }

  function load(): void {
    if (frame || !config) return;
    visitor.load();
    frame = make("iframe", "", dialog);
    frame.title = say.chat + " " + config.name;
    // Tells the panel to which origin it may speak, where the browser has no `ancestorOrigins`.
    frame.name = location.origin;
    frame.src = base + key;
  }

  function draw(): void {
    const text = isOpen ? say.close : say.open;
    label(launcher, unread && !isOpen ? text + ", " + say.unread + ": " + unread : text);
    launcher.setAttribute("aria-expanded", "" + isOpen);
    launcher.querySelector("path")?.setAttribute("d", isOpen ? DOWN : CHAT);
    badge.hidden = !unread || isOpen;
    badge.textContent = unread > 99 ? "99+" : "" + unread;
  }

  function show(): void {
    if (matchMedia(SMALL).matches) dialog.showModal();
    else dialog.show();
    // Both put the focus on the first thing inside; it belongs into the panel.
    frame?.focus();
  }

  function open(): void {
    wanted = true;
    if (!config) {
      if (!asked) ask();
      return;
    }
    if (isOpen || !root) return;
    load();
    isOpen = true;
    hush();
    show();
    post({ t: "open" });
    draw();
    emit("open");
  }

  function close(): void {
    wanted = false;
    if (!isOpen) return;
    isOpen = false;
    dialog.close();
    // The frame never spoke: offline or refused. Start over next time.
    if (!port) drop();
    else post({ t: "close" });
    draw();
    emit("close");
  }

  function toggle(): void {
    (isOpen ? close : open)();
  }

  function hush(): void {
    teaser?.remove();
    teaser = undefined;
  }

  function greet(text: string): void {
    const mark = name + ":hushed";
    if (safe(() => sessionStorage.getItem(mark))) return;
    teaser = make("div", "t", root);
    const line = button("", teaser, open);
    line.textContent = text;
    line.dir = "auto";
    label(
      button("x", teaser, () => {
        hush();
        safe(() => sessionStorage.setItem(mark, "1"));
      }, CROSS),
      say.hide,
    );
  }

  function build(settings: Config): void {
    const host = document.createElement("portico-chat") as Host;
    const shadow = host.attachShadow({ mode: "closed" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    shadow.adoptedStyleSheets[0] = sheet;
    root = make("div", "r", shadow);
    // The launcher stands at the end of the line; "start" is the end of the other direction.
    root.dir = rtl(locale) !== start ? "rtl" : "ltr";
    root.lang = locale;
    const color = brand(settings.color);
    root.style.setProperty("--b", color);
    root.style.setProperty("--i", ink(color));
    root.onkeydown = (event) => {
      if (event.key === "Escape") close();
    };
    launcher = button("l", root, toggle, CHAT);
    dialog = make("dialog", "p", root);
    label(dialog, say.chat + " " + settings.name);
    dialog.oncancel = (event) => {
      event.preventDefault();
      close();
    };
    // Under the frame: the way out when the panel does not load.
    label(button("x", dialog, close, CROSS), say.close);
    launcher.onpointerenter = launcher.onfocus = load;
    badge = make("span", "n", launcher);
    unread = settings.unread ?? 0;
    draw();
    matchMedia(SMALL).onchange = () => {
      if (!isOpen) return;
      dialog.close();
      show();
    };
    const mount = (): void => {
      if (document.body) document.body.appendChild(host);
      else {
        const watch = new MutationObserver(() => {
          if (!document.body) return;
          watch.disconnect();
          mount();
        });
        watch.observe(document.documentElement, { childList: true });
      }
    };
    // Some routers replace the whole body. Come back, but do not fight a page that keeps taking us out.
    host.gone = () => {
      if (moves++ < 9)
        setTimeout(() => {
          if (host.isConnected) return;
          if (isOpen) close();
          drop();
          mount();
        });
    };
    mount();
    if (visitor.token) {
      if (unread) load();
    } else if (settings.greeting) greet(settings.greeting);
    emit("ready");
    if (wanted) open();
  }

  function ask(): void {
    asked = true;
    const get = (headers: HeadersInit): Promise<Config> =>
      fetch(base + "v1/" + key + "/config", { credentials: "omit", headers }).then((answer) => {
        if (!answer.ok) throw answer.status;
        return answer.json() as Promise<Config>;
      });
    // With a token the answer also tells what is unread.
    (visitor.token ? get({ authorization: "Bearer " + visitor.token }).catch(() => get({})) : get({})).then(
      (settings) => {
        config = settings;
        build(settings);
      },
      () => {
        asked = false;
      },
    );
  }

  addEventListener("message", (event) => {
    const given = accept(event, origin, frame?.contentWindow ?? null, key);
    if (!given) return;
    port?.close();
    port = given;
    port.onmessage = (message: MessageEvent<ToHost>) => heard(message.data);
    init();
  });
  addEventListener("storage", (event) => {
    if (event.key !== name) return;
    const before = visitor.sid + visitor.token;
    if (event.newValue) {
      visitor.load();
      if (before !== visitor.sid + visitor.token) init();
    } else forget();
  });
  addEventListener("online", () => {
    if (!asked) ask();
  });

  function forget(): void {
    visitor.forget();
    profile = {};
    jwt = null;
    unread = 0;
    if (!root) return;
    close();
    if (port) post({ t: "shutdown" });
    else drop();
    draw();
  }

  ask();

  const commands: Record<string, ((first: unknown, second: unknown) => void) | undefined> = {
    open,
    close,
    toggle,
    shutdown: forget,
    identify(given) {
      const token = (given as { jwt?: unknown } | undefined)?.jwt;
      if (token) post({ t: "identify", jwt: (jwt = "" + token) });
    },
    set(given) {
      const { name, email } = (given ?? {}) as Profile;
      if (name) profile.name = "" + name;
      if (email) profile.email = "" + email;
      post({ t: "set", profile });
    },
    on(event, fn) {
      listeners[listeners.length] = { event: "" + event, fn: fn as Listener };
      if (event === "ready" && root) call(fn as Listener, undefined);
    },
  };

  return {
    run(command, first, second) {
      commands[command]?.(first, second);
    },
    moved() {
      const now = page();
      if (now.url === last) return;
      last = now.url;
      post({ t: "page", page: now });
    },
  };
}

/** Once per document; a second copy of the loader finds the element there. */
export function define(): void {
  if (!customElements.get("portico-chat")) customElements.define("portico-chat", Host);
}
