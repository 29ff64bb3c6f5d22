/** Starts the panel: key from the address, handshake with the loader, or alone when opened as a page of its own. */
import { mount } from "svelte";
import type { ToHost } from "../shared/protocol";
import type { Config } from "../shared/wire";
import App from "./ui/App.svelte";
import { connect } from "./lib/bridge";
import { Chat } from "./lib/chat.svelte";
import { Client } from "./lib/client";
import { shelf } from "./lib/shelf";
import "./styles/base.css";
import "./styles/log.css";
import "./styles/write.css";
import "./styles/modes.css";

const key = location.pathname.split("/")[2] ?? "";
const base = `/widget/v1/${key}`;
const client = new Client(base);
let tell: (message: ToHost) => void = () => undefined;
const chat = new Chat(client, `${location.origin.replace(/^http/, "ws")}${base}/stream`, shelf(`portico:${key}`), (message) => tell(message));

const framed = parent !== window;
mount(App, { target: document.body, props: { chat, client, framed } });

if (framed) {
  const bridge = connect(window as unknown as Parameters<typeof connect>[0], key, (message) => chat.heard(message));
  if (bridge) tell = (message) => bridge.send(message);
} else void alone();

/** Opened as a page: the token stays in this origin's own storage. */
async function alone(): Promise<void> {
  const name = `portico:${key}`;
  let token: string | null = null;
  try {
    token = localStorage.getItem(name);
  } catch {
    // Memory only.
  }
  tell = (message) => {
    if (message.t !== "token" || !message.token) return;
    try {
      localStorage.setItem(name, message.token);
    } catch {
      // Memory only.
    }
  };
  const config = await client.get<Config>("/config");
  chat.heard({
    t: "init",
    sid: "page",
    token,
    jwt: null,
    profile: {},
    config,
    locale: navigator.language,
    page: { url: location.origin + location.pathname, title: document.title },
    open: true,
  });
}
