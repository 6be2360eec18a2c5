// The calls that a generated client of the API makes. Prints what came back; waits and asks again at 429.
import { createHash } from "node:crypto";
import createClient from "openapi-fetch";

const { BASE, AUTHORIZATION, NETWORK, BURST } = process.env;
const headers = { Authorization: AUTHORIZATION, ...(NETWORK && { "spacebring-network-id": NETWORK }) };
const client = createClient({ baseUrl: BASE, headers });

const said = [];
let waited = 0;
const asked = new Map();
client.use({
  async onRequest({ request, id }) {
    if (BURST) asked.set(id, request.clone());
  },
  async onResponse({ response, id }) {
    const again = asked.get(id);
    while (again && response.status === 429) {
      waited += 1;
      await new Promise((resolve) => setTimeout(resolve, Number(response.headers.get("retry-after")) * 1000));
      response = await fetch(again.clone());
    }
    const body = Buffer.from(await response.clone().arrayBuffer());
    said.push([response.status, createHash("sha256").update(body).digest("hex"), response.headers.get("etag")]);
    return response;
  },
});

const raw = { parseAs: "stream" };

if (BURST) {
  for (let call = 0; call < Number(BURST); call += 1)
    await client.GET("/resources/v1", { ...raw, params: { query: { call } } });
} else {
  const query = {
    startDate: { gte: "2024-01-01T00:00:00.000Z", lt: "2024-02-01" },
    ids: ["a b", "c+d", "é"],
    limit: 50,
    empty: "",
  };
  await client.GET("/resources/v1", { ...raw, params: { query } });
  let nextPageToken;
  do {
    const { data } = await client.GET("/resources/v1", { params: { query: { limit: 2, nextPageToken } } });
    nextPageToken = data.nextPageToken;
  } while (nextPageToken);
  for (const resourceId of ["r-1", "a b", "зал"]) {
    await client.GET("/resources/v1/{resourceId}", { ...raw, params: { path: { resourceId } } });
  }
  await client.POST("/resources/v1", { ...raw, body: { title: "Café", when: null } });
  await client.PATCH("/resources/v1/{resourceId}", { ...raw, params: { path: { resourceId: "r-1" } }, body: {} });
  await client.DELETE("/resources/v1/{resourceId}", { ...raw, params: { path: { resourceId: "gone" } } });
  const form = new FormData();
  form.set("file", new Blob([new Uint8Array(70_000).fill(255)], { type: "image/png" }), "а.png");
  await client.POST("/resources/v1", { ...raw, body: form, bodySerializer: (body) => body });
  for (const resourceId of ["tagged", "packed", "large", "wrong", "busy", "broken"]) {
    await client.GET("/resources/v1/{resourceId}", { ...raw, params: { path: { resourceId } } });
  }
}
console.log(JSON.stringify({ said, waited }));
