import { describe, expect, it } from "vitest";
import { Trouble, type Client } from "../src/panel/lib/client";
import { join, type Claim } from "../src/panel/lib/session";
import type { Joined } from "../src/shared/wire";

const claim: Claim = { jwt: null, required: false, profile: { name: "Hanna" }, locale: "en", page: null };

/** A client whose server believes only the given credentials. */
function server(token: string | null, believes: { token?: string; jwt?: string }, field = true) {
  const bodies: Record<string, unknown>[] = [];
  const given: string[] = [];
  const client = {
    token,
    post: async (_: string, body: Record<string, unknown>) => {
      bodies.push(body);
      if (body["jwt"] && body["jwt"] !== believes.jwt) throw new Trouble(401, "unauthenticated", field ? "jwt" : null);
      if (body["token"] && body["token"] !== believes.token) throw new Trouble(401, "unauthenticated", field ? "token" : null);
      return { token: "new" } as Joined;
    },
  };
  const outdated = { jwt: () => void given.push("jwt"), token: () => void (given.push("token"), (client.token = null)) };
  return { client: client as unknown as Client, outdated, given, bodies };
}

describe("join", () => {
  it("tells what it knows", async () => {
    const { client, outdated, bodies } = server("t", { token: "t" });
    await join(client, claim, outdated);
    expect(bodies).toHaveLength(1);
    expect(bodies[0]).toMatchObject({ token: "t", name: "Hanna", locale: "en" });
  });

  it.each([true, false])("gives up an outdated proof, then an outdated token, each once (field told: %s)", async (field) => {
    const { client, outdated, given, bodies } = server("old", { token: "t" }, field);
    await join(client, { ...claim, jwt: "expired" }, outdated);
    expect(given).toEqual(["jwt", "token"]);
    expect(bodies).toHaveLength(3);
  });

  it("never goes on unproved where proof is required", async () => {
    const { client, outdated, bodies } = server("t", { token: "t" });
    const required = { ...claim, required: true };
    await expect(join(client, required, outdated)).rejects.toMatchObject({ code: "identity" });
    await expect(join(client, { ...required, jwt: "expired" }, outdated)).rejects.toMatchObject({ code: "identity" });
    expect(bodies).toHaveLength(1);
  });

  it("stops when not even a stranger is let in, and leaves other troubles alone", async () => {
    const { client, outdated } = server(null, {});
    client.post = () => Promise.reject(new Trouble(401, "unauthenticated"));
    await expect(join(client, claim, outdated)).rejects.toMatchObject({ status: 403 });
    client.post = () => Promise.reject(new Trouble(503, "busy", null, 5000));
    await expect(join(client, claim, outdated)).rejects.toMatchObject({ status: 503, wait: 5000 });
  });
});
