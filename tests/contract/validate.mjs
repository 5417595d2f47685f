// What the official parser says of AsyncAPI documents: node validate.mjs FILE… prints a JSON line for each.
import { readFile } from "node:fs/promises";
import { Parser } from "@asyncapi/parser";

const parser = new Parser();
for (const file of process.argv.slice(2)) {
  const { document, diagnostics } = await parser.parse(await readFile(file, "utf8"), { source: file });
  const remarks = diagnostics.map(({ range, code, message }) => `line ${range.start.line + 1}: ${code}: ${message}`);
  const operations = document?.operations().all().map((operation) => operation.id());
  console.log(JSON.stringify({ version: document?.version(), operations, remarks }));
}
