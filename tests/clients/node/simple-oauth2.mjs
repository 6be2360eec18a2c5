// simple-oauth2 from the authorize link to revocation. It needs no switch for plain http.
import { AuthorizationCode } from "simple-oauth2";
import { ISSUER, CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, SCOPE, step, finish } from "./steps.mjs";

const ways = { post: "body", basic: "header" };
const client = new AuthorizationCode({
  client: { id: CLIENT_ID, secret: CLIENT_SECRET },
  auth: {
    tokenHost: ISSUER,
    tokenPath: "/oauth2/token",
    authorizePath: "/oauth2/authorize",
    revokePath: "/oauth2/revoke",
  },
  options: { authorizationMethod: ways[process.env.WAY] },
});

const url = client.authorizeURL({ redirect_uri: REDIRECT_URI, scope: SCOPE, state: "a-state" });
const code = new URL(await step({ authorize: url })).searchParams.get("code");
const first = await client.getToken({ code, redirect_uri: REDIRECT_URI });

const tokens = ({ token }) => ({ access: token.access_token, refresh: token.refresh_token, scope: token.scope });
await step(tokens(first));
const second = await first.refresh();

await step(tokens(second));
await second.revokeAll();
finish({ revoked: true });
