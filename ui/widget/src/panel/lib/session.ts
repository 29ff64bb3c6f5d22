/** Signing a visitor in: with what is known, giving up each outdated credential once. */
import type { Page, Profile } from "../../shared/protocol";
import type { Joined } from "../../shared/wire";
import { Trouble, type Client } from "./client";

export interface Claim {
  jwt: string | null;
  /** The inbox talks to identified visitors only. */
  required: boolean;
  profile: Profile;
  locale: string;
  page: Page | null;
}

/** What the server did not accept any more. */
export interface Outdated {
  jwt(): void;
  token(): void;
}

/** Throws `Trouble`; code "identity" means that only a (fresh) proof of identity helps. */
export async function join(client: Client, claim: Claim, outdated: Outdated): Promise<Joined> {
  if (claim.required && !claim.jwt) throw new Trouble(403, "identity");
  try {
    return await client.post<Joined>("/visitor", {
      token: client.token ?? undefined,
      jwt: claim.jwt ?? undefined,
      ...claim.profile,
      locale: claim.locale,
      time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      page: claim.page ?? undefined,
    });
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    const stale = error.status === 401 || error.status === 410 || error.field === "token" || error.field === "jwt";
    if (!stale) throw error;
    if (claim.jwt && error.field !== "token") {
      outdated.jwt();
      return join(client, { ...claim, jwt: null }, outdated);
    }
    if (!client.token) throw new Trouble(403, "blocked");
    outdated.token();
    return join(client, claim, outdated);
  }
}
