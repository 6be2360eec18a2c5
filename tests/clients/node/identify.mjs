// Asks the verifier of docs/identity.md, beside this file, about each line it is sent: one answer a line.
import { createInterface } from "node:readline";
import { identify } from "./verifier.mjs";

for await (const line of createInterface({ input: process.stdin })) {
  const { assertion, method, path } = JSON.parse(line);
  let said;
  try {
    said = { sub: (await identify(assertion, method, path)).sub };
  } catch (refused) {
    said = { refused: refused.code ?? refused.message };
  }
  process.stdout.write(JSON.stringify(said) + "\n");
}
