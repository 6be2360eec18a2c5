// The conversation with the test that starts a client: one JSON line out, one line in.
import { createInterface } from "node:readline";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

export const { ISSUER, CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, SCOPE } = process.env;

/** Say what was done, and wait for the word to go on: the line is what the test answers. */
export async function step(said) {
  process.stdout.write(JSON.stringify(said) + "\n");
  const { value } = await lines.next();
  return value;
}

/** The last line: nothing is waited for. */
export function finish(said) {
  process.stdout.write(JSON.stringify(said) + "\n", () => process.exit(0));
}
