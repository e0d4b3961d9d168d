// Asks other programs for a second opinion on tests/data/text/markdown-corpus.json and wiki-corpus.json, and holds what
// guajira writes against Atlassian's published ADF schema.
//
//   node tests/oracles/opinions.mjs CONVERTER PANDOC
//
// CONVERTER is the example program `text_convert`. A difference that tests/oracles/differences.json does not list, with
// its reason, is a failure, and so is one that it lists and that is gone. The other programs are used as tools only.
import { createRequire } from "node:module";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [converter, pandoc] = process.argv.slice(2);
const require = createRequire(process.env.ORACLE_MODULES ?? import.meta.url);
const { markdownToAdf } = await import(pathToFileURL(require.resolve("marklassian")).href);
const Ajv = require("ajv-draft-04");
const schema = require("@atlaskit/adf-schema/json-schema/v1/full.json");

const corpus = (name) => JSON.parse(readFileSync(new URL(`../data/text/${name}-corpus.json`, import.meta.url), "utf8"));
const listed = JSON.parse(readFileSync(new URL("differences.json", import.meta.url), "utf8"));

/** What guajira makes of texts: an object with every format for each. */
function convert(from, texts) {
  const input = JSON.stringify(texts.map((text) => ({ from, text })));
  return JSON.parse(execFileSync(converter, { input, maxBuffer: 1 << 28 }));
}

const asked = (from, to) => (text) => execFileSync(pandoc, ["-f", from, "-t", to, "--wrap=none"], { input: text }).toString();

/** Compares as Markdown, in which blanks and line ends do not count. */
const plain = (text) => text.replace(/\u200b/g, "").replace(/\s+/g, " ").trim();

let surprises = 0;
function compare(opinion, sources, ours, theirs) {
  const reasons = listed[opinion] ?? {};
  let equal = 0;
  sources.forEach((source, n) => {
    const same = plain(ours[n]) === plain(theirs[n]);
    equal += same;
    if (same === !(source in reasons)) return;
    surprises += 1;
    console.log(`${opinion}: ${JSON.stringify(source)} ${same ? "is listed, and the same" : "differs"}`);
    if (!same) console.log(`  ours   ${JSON.stringify(ours[n])}\n  theirs ${JSON.stringify(theirs[n])}`);
  });
  console.log(`${opinion}: ${equal} of ${sources.length} equal, ${sources.length - equal} differ for a reason`);
}

const markdown = corpus("markdown");
const wiki = corpus("wiki");
const fromMarkdown = convert("markdown", markdown);
const fromWiki = convert("wiki", wiki);
const asMarkdown = (from, texts) => convert(from, texts).map((one) => one.markdown);

compare(
  "pandoc writes Markdown as wiki markup, guajira reads it",
  markdown,
  asMarkdown("wiki", fromMarkdown.map((one) => one.wiki)),
  asMarkdown("wiki", markdown.map(asked("gfm", "jira"))),
);
compare(
  "guajira writes Markdown as wiki markup, pandoc reads it",
  markdown,
  asMarkdown("wiki", fromMarkdown.map((one) => one.wiki)),
  asMarkdown("markdown", fromMarkdown.map((one) => one.wiki).map(asked("jira", "gfm"))),
);
compare(
  "pandoc reads wiki markup",
  wiki,
  fromWiki.map((one) => one.markdown),
  asMarkdown("markdown", wiki.map(asked("jira", "gfm"))),
);
compare(
  "marklassian writes Markdown as ADF",
  markdown,
  asMarkdown("adf", fromMarkdown.map((one) => one.adf)),
  asMarkdown("adf", markdown.map((text) => markdownToAdf(text))),
);

const valid = new Ajv({ strict: false }).compile(schema);
const documents = [...fromMarkdown, ...fromWiki].map((one) => one.adf);
documents.forEach((document) => {
  if (valid(document)) return;
  surprises += 1;
  console.log(`not valid: ${JSON.stringify(document)}\n  ${JSON.stringify(valid.errors?.[0])}`);
});
console.log(`ADF: ${documents.length} documents held against the schema of ${require("@atlaskit/adf-schema/package.json").version}`);
process.exitCode = surprises ? 1 : 0;
