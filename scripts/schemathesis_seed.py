"""Signs the owner in, makes one of everything, and prints the tool's settings: who asks as whom, with which ids.

Called by schemathesis.sh with the address of the server and the owner's password. Only the standard library.
"""

import base64
import json
import pathlib
import sys
import urllib.request

url, password = sys.argv[1], sys.argv[2]
NATIVE = "/api/portico/v1"
# The smallest picture there is.
DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
token = None


def ask(method, path, body=None, bearer=None, base=NATIVE, kind="application/json"):
    """One request; whatever is not 2xx ends the program."""
    headers = {"Content-Type": kind}
    bearer = bearer or token
    if bearer:
        headers["Authorization"] = "Bearer " + bearer
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(url + base + path, data, headers, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        text = answer.read()
    return json.loads(text) if text else None


token = ask("POST", "/sessions", {"email": "olive@example.org", "password": password})["token"]
room = ask("POST", "/channels", {"name": "Lobby", "kind": "public", "topic": "All of it"})
message = ask("POST", f"/rooms/{room['id']}/messages", {"body": "Hello **all**"})
ask("POST", f"/rooms/{room['id']}/messages", {"body": "Hello yourself", "thread_id": message["id"]})
ask("PUT", f"/messages/{message['id']}/save")
ask("PUT", "/drafts", {"room_id": room["id"], "body": "Later"})
ask("POST", "/teams", {"name": "Crew"})
ask("POST", "/invites", {"role": "member", "max_uses": 100})
ask("POST", "/tokens", {"name": "For a script", "scopes": ["read"]})
inbox = ask("POST", "/inboxes", {"kind": "website", "name": "Website"})
program = ask("POST", "/programs", {"name": "Lamps", "policy": "Be kind."})
report = ask(
    "POST",
    f"/programs/{program['slug']}/reports",
    {"title": "A flaw", "description": "It is there.", "steps": "1. Look", "impact": "Much."},
)
tracking = report["tracking_url"].rsplit("/", 1)[1]

# Somebody on a website writes, and is answered by somebody with a face.
widget = f"/widget/v1/{inbox['key']}"
visitor = ask("POST", "/visitor", {"name": "Cora", "email": "cora@example.net"}, base=widget)["token"]
theirs = ask("POST", "/files?name=lamp.png", DOT, visitor, widget, "image/png")
ask("POST", "/messages", {"body": "My lamp is dark", "file_ids": [theirs["id"]]}, visitor, widget)
ask("PATCH", "/me", {"picture": ask("POST", "/files?name=me.png", DOT, kind="image/png")["id"]})
conversation = ask("GET", "/conversations?status=all")["items"][0]
ask("POST", f"/rooms/{conversation['id']}/messages", {"body": "Turn it on"})
said = ask("GET", "/messages", bearer=visitor, base=widget)["items"]
face = next(m["author"]["picture"] for m in said if m["author"]["picture"]).rsplit("/", 1)[1]

hooks = pathlib.Path(__file__).with_name("schemathesis_hooks.py")
print(
    f"""hooks = {json.dumps(str(hooks))}
headers = {{ Authorization = "Bearer {token}" }}

[dictionaries]
files = {{ values = [{json.dumps(theirs["id"])}] }}
faces = {{ values = [{json.dumps(face)}] }}

[[operations]]
include-tag = "reporter"
headers = {{ Authorization = "Bearer {tracking}" }}

# Of those that name an operation the first counts.
[[operations]]
include-path = "/widget/v1/{{key}}/faces/{{id}}"
headers = {{ Authorization = "Bearer {visitor}" }}
parameters = {{ "path.key" = {json.dumps(inbox["key"])}, "path.id" = {{ dictionary = "faces", probability = 0.7 }} }}

[[operations]]
include-tag = "widget"
headers = {{ Authorization = "Bearer {visitor}" }}
parameters = {{ "path.key" = {json.dumps(inbox["key"])}, "path.id" = {{ dictionary = "files", probability = 0.7 }} }}"""
)
