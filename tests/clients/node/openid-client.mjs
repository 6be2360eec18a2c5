// openid-client from discovery to revocation. Its one switch for plain http: allowInsecureRequests.
import * as client from "openid-client";
import { ISSUER, CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, SCOPE, step, finish } from "./steps.mjs";

const ways = { post: client.ClientSecretPost, basic: client.ClientSecretBasic };
const config = await client.discovery(new URL(ISSUER), CLIENT_ID, undefined, ways[process.env.WAY](CLIENT_SECRET), {
  algorithm: "oauth2",
  execute: [client.allowInsecureRequests],
});

const pkceCodeVerifier = client.randomPKCECodeVerifier();
const expectedState = client.randomState();
const url = client.buildAuthorizationUrl(config, {
  redirect_uri: REDIRECT_URI,
  scope: SCOPE,
  state: expectedState,
  code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
  code_challenge_method: "S256",
});

const callback = await step({ authorize: url.href });
const first = await client.authorizationCodeGrant(config, new URL(callback), { pkceCodeVerifier, expectedState });

await step({ access: first.access_token, refresh: first.refresh_token, scope: first.scope });
const second = await client.refreshTokenGrant(config, first.refresh_token);

await step({ access: second.access_token, refresh: second.refresh_token, scope: second.scope });
await client.tokenRevocation(config, second.refresh_token);
finish({ revoked: true });
