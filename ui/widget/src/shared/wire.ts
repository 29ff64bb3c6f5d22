/** The visitors' part of the HTTP and stream contract (docs/api.md), as types. */

export type Ask = "off" | "optional" | "required";

export interface Config {
  name: string;
  color: string;
  greeting: string;
  form: { name: Ask; email: Ask };
  typing_preview: boolean;
  identity: Ask;
  online: boolean;
  organization: string;
  /** Only when the request carried a visitor token. */
  unread?: number;
}

export interface FileInfo {
  id: string;
  name: string;
  /** Bytes. */
  size: number;
  kind: string;
  width: number | null;
  height: number | null;
  thumb: boolean;
}

export interface Message {
  id: string;
  number: number;
  mine: boolean;
  author: { name: string; picture: string | null };
  body: { text: string; html: string } | { deleted: true };
  created_at: number;
  edited_at: number | null;
  files: FileInfo[];
  client_key: string | null;
}

export interface Visitor {
  id: string;
  name: string | null;
  email: string | null;
  verified: boolean;
}

export interface Joined {
  token: string;
  visitor: Visitor;
  conversation: {
    status: string;
    last_number: number;
    /** Up to where the visitor has read. */
    read_number: number;
    /** Up to where the team has read. */
    seen_number?: number;
  } | null;
  unread: number;
  cursor: string;
}

export interface Slice {
  items: Message[];
  has_before: boolean;
}
