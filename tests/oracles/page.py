"""Looks at the page of examples/text_page.rs with headless Chromium.

    python3 tests/oracles/page.py PAGE PICTURE

Fails when a script ran or stands in a reply, when an element has an event handler or a script for an address, when the
browser asked anybody for anything, or when a reply shows other words than it says. Writes a picture of the page.
"""

import http.server
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading

CHROMIUM = next(filter(None, map(shutil.which, [os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"])), None)

# Runs in a copy of the page and leaves what it found in the document.
LOOK = """
<script>
addEventListener("load", () => {
  const found = {pwned: "pwned" in document.body.dataset, replies: 0, bad: [], words: []};
  const words = (text) => text.replace(/[^\\p{L}]/gu, "");
  for (const reply of document.querySelectorAll(".reply")) {
    found.replies += 1;
    for (const element of reply.querySelectorAll("*")) {
      if (/^(script|style|iframe|object|embed|svg|math|link|meta|form|base)$/i.test(element.tagName)) found.bad.push(element.tagName);
      for (const {name, value} of element.attributes) {
        if (/^on/i.test(name) || /^\\s*(javascript|data|vbscript):/i.test(value)) found.bad.push(`${element.tagName} ${name}=${value}`);
        if (name === "style" && !/^color: #[0-9a-f]{6}$/.test(value)) found.bad.push(`style=${value}`);
      }
    }
    const shown = reply.cloneNode(true);
    document.body.append(shown);
    for (const image of shown.querySelectorAll("img")) image.replaceWith(image.alt || "image");
    if (words(shown.innerText) !== words(reply.dataset.says)) found.words.push([shown.innerText, reply.dataset.says]);
    shown.remove();
  }
  const verdict = document.createElement("pre");
  verdict.id = "verdict";
  verdict.textContent = JSON.stringify(found);
  document.body.append(verdict);
});
</script>
"""


class Asked(http.server.BaseHTTPRequestHandler):
    """A proxy that lets nothing through and remembers who asked."""

    requests = []

    def answer(self):
        self.requests.append(f"{self.command} {self.path}")
        self.send_error(503)

    do_GET = do_POST = do_HEAD = do_CONNECT = do_OPTIONS = answer

    def log_message(self, *args):
        pass


def browse(folder, proxy, *arguments):
    profile = tempfile.mkdtemp(dir=folder)
    flags = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    flags += " --disable-component-update --disable-sync --hide-scrollbars --virtual-time-budget=5000"
    command = [CHROMIUM, *flags.split(), f"--user-data-dir={profile}", f"--proxy-server=127.0.0.1:{proxy}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


def main(page, picture):
    if not CHROMIUM:
        sys.exit("no chromium found (apt-get install chromium, or name it in CHROMIUM)")
    proxy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Asked)
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    port = proxy.server_address[1]
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder, "looked-at.html")
        copy.write_text(pathlib.Path(page).read_text("utf-8").replace("</body>", LOOK + "</body>"), "utf-8")
        dom = browse(folder, port, "--dump-dom", copy.as_uri())
        browse(folder, port, f"--screenshot={os.path.abspath(picture)}", "--window-size=1400,7400", pathlib.Path(page).resolve().as_uri())
    verdict = re.search(r'<pre id="verdict">(.*?)</pre>', dom, re.S)
    if not verdict:
        sys.exit("the page was not looked at: no verdict in it")
    text = verdict.group(1).replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&amp;", "&")
    found = json.loads(text)
    # The browser's own errands (updates, its component server) are not the page's.
    asked = [line for line in Asked.requests if not re.search(r"(google|gvt1|googleapis)\.com", line)]
    print(f"{found['replies']} replies, {len(asked)} requests, picture in {picture}")
    wrong = ["a script ran"] if found["pwned"] else []
    wrong += [f"in a reply: {what}" for what in found["bad"]] + [f"asked: {line}" for line in asked]
    wrong += [f"shows {shown!r}\n  says {says!r}" for shown, says in found["words"]]
    if wrong or found["replies"] < 6:
        sys.exit("\n".join(wrong) or "too few replies")


if __name__ == "__main__":
    main(*sys.argv[1:])
