"""Verifies the requests that the guajira program signs with oauthlib, which knows nothing of guajira.

Plays a Jira Server: gives out tokens in the three steps, then answers the program's reads. Every request must carry a signature
that oauthlib accepts for the public key that the program printed. Usage: verify_oauth.py PROGRAM
"""

import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading
import urllib.parse

from oauthlib.oauth1.rfc5849 import signature

PROGRAM = os.path.abspath(sys.argv[1])
SEEN, BAD, NONCES = [], [], set()
PUBLIC = [None]


class Request:
    """What oauthlib asks of a request."""

    def __init__(self, method, uri, params, signed):
        self.http_method, self.uri, self.params, self.signature = method, uri, params, signed


def verified(handler):
    """Returns the oauth parameters of a request whose signature holds, else None."""
    header = handler.headers.get("Authorization", "")
    uri = f"http://{handler.headers['Host']}{handler.path}"
    query = urllib.parse.urlsplit(uri).query
    params = signature.collect_parameters(
        uri_query=query, headers={"Authorization": header}, exclude_oauth_signature=False
    )
    names = dict(params)
    if "oauth_signature" not in names:
        return None
    signed = [(name, value) for name, value in params if name != "oauth_signature"]
    request = Request(handler.command, uri, signed, names["oauth_signature"])
    nonce = (names["oauth_timestamp"], names["oauth_nonce"])
    if nonce in NONCES or not signature.verify_rsa_sha1(request, PUBLIC[0]):
        return None
    NONCES.add(nonce)
    return names


class Jira(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, kind, text):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle_one(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        names = verified(self)
        SEEN.append(f"{self.command} {self.path}")
        if names is None:
            BAD.append(SEEN[-1])
            return self.answer(401, "text/plain", "oauth_problem=signature_invalid")
        path = self.path.split("?")[0]
        if path.endswith("/request-token"):
            return self.answer(200, "text/plain", "oauth_token=request1&oauth_token_secret=s\n")
        if path.endswith("/access-token"):
            assert names["oauth_verifier"] == "code 1+&" and names["oauth_token"] == "request1", names
            return self.answer(200, "text/plain", "oauth_token=access%2B1&oauth_token_secret=s\n")
        assert names["oauth_token"] == "access+1", names
        if path.endswith("/serverInfo"):
            told = {"baseUrl": f"http://{self.headers['Host']}/jira", "version": "9.12.0", "deploymentType": "Server"}
        elif path.endswith("/myself"):
            told = {"name": "bot", "key": "bot", "displayName": "Bot"}
        else:
            told = {}
        return self.answer(200, "application/json", json.dumps(told))

    do_GET = do_POST = do_PUT = do_DELETE = handle_one


def run(folder, *args):
    env = {"PATH": os.environ["PATH"]}
    return subprocess.run([PROGRAM, *args], cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Jira)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_address[1]
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "sync.toml"), "w") as file:
            file.write(f"""[guance]
base_url = "http://127.0.0.1:9"
api_key = "k"
[jira]
base_url = "http://127.0.0.1:{port}/jira"
[jira.auth]
method = "oauth1"
consumer_key = "a key, with ~ & +"
private_key = {{ file = "jira.key" }}
token = {{ file = "jira.token" }}
[[route]]
project = "OPS"
issue_type = "Bug"
priority = {{ P0 = "Highest" }}
""")
        shown = run(folder, "auth", "jira", "--public-key")
        assert shown.returncode == 0, shown
        PUBLIC[0] = shown.stdout[shown.stdout.index("-----BEGIN PUBLIC KEY-----"):]
        begun = run(folder, "auth", "jira")
        assert "oauth_token=request1" in begun.stdout, begun
        done = run(folder, "auth", "jira", "--verifier", "code 1+&")
        assert done.returncode == 0 and "Bot (bot)" in done.stdout, done
        run(folder, "check")
        assert not BAD, BAD
        asked = [one for one in SEEN if "?" in one]
        assert len(SEEN) >= 8 and asked, SEEN
        # And it can refuse: another key's signature does not pass.
        os.remove(os.path.join(folder, "jira.key"))
        run(folder, "auth", "jira")
        assert BAD, "a signature of another key was accepted"
    print(f"oauthlib accepted {len(NONCES)} signed requests, {len(asked)} of them with a query")


main()
