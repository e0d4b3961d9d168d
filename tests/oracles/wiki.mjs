// Writes tests/data/text/wiki-oracle.json: what Atlassian's own wiki markup parser makes of tests/data/text/wiki-corpus.json.
//
//   tests/oracles/run.sh --refresh
import { createRequire } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";

const require = createRequire(process.env.ORACLE_MODULES ?? import.meta.url);
const { WikiMarkupTransformer } = require("@atlaskit/editor-wikimarkup-transformer");
const { JSONTransformer } = require("@atlaskit/editor-json-transformer");
const { defaultSchema } = require("@atlaskit/adf-schema/schema-default");

const folder = new URL("../data/text/", import.meta.url);
const corpus = JSON.parse(readFileSync(new URL("wiki-corpus.json", folder), "utf8"));
const parser = new WikiMarkupTransformer(defaultSchema);
const json = new JSONTransformer();
const cases = corpus.map((wiki) => ({ wiki, adf: json.encode(parser.parse(wiki)) }));
writeFileSync(new URL("wiki-oracle.json", folder), JSON.stringify(cases, null, 1) + "\n");
console.log(`${cases.length} cases written`);
