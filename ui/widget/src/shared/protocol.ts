/**
 * What loader (host page) and panel (frame) say to each other over the MessagePort.
 * Types and plain constants only: nothing here may grow either bundle.
 */
import type { Config } from "./wire";

/** Where the visitor is. Only origin and path: query and fragment may carry the host's secrets. */
export interface Page {
  url: string;
  title: string;
}

/** What the host page told us about the visitor by `portico("set", …)`. Unverified. */
export interface Profile {
  name?: string;
  email?: string;
}

/** First message to the panel, and again when another tab changed the stored visitor. */
export interface Init {
  t: "init";
  /** Local name of this visitor on this host; never sent to the server. Unsent messages belong to it. */
  sid: string;
  token: string | null;
  jwt: string | null;
  profile: Profile;
  config: Config;
  locale: string;
  page: Page;
  open: boolean;
}

export type ToPanel =
  | Init
  | { t: "open" }
  | { t: "close" }
  | { t: "identify"; jwt: string }
  | { t: "set"; profile: Profile }
  | { t: "page"; page: Page }
  | { t: "shutdown" };

export type ToHost =
  | { t: "ready" }
  | { t: "token"; token: string | null }
  | { t: "unread"; count: number }
  | { t: "message"; mine: boolean }
  | { t: "close" }
  | { t: "bye" };

/** The only window message of the handshake: panel to host, with one port. It holds no secret. */
export interface Hello {
  portico: "hello";
  key: string;
}
