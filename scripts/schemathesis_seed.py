"""Signs the owner in, makes one of everything, and prints the session's token.

Called by schemathesis.sh with the base of the API and the owner's password. Only the standard library.
"""

import json
import sys
import urllib.request

base, password = sys.argv[1], sys.argv[2]
token = None


def ask(method, path, body=None):
    """One request; whatever is not 2xx ends the program."""
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = "Bearer " + token
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(base + path, data, headers, method=method)
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
ask(
    "POST",
    f"/programs/{program['slug']}/reports",
    {"title": "A flaw", "description": "It is there.", "steps": "1. Look", "impact": "Much."},
)
widget = base.replace("/api/portico/v1", f"/widget/v1/{inbox['key']}")
request = urllib.request.Request(
    widget + "/visitor", b'{"name":"Cora","email":"cora@example.net"}', {"Content-Type": "application/json"}
)
visitor = json.load(urllib.request.urlopen(request, timeout=10))["token"]
request = urllib.request.Request(
    widget + "/messages",
    b'{"body":"My lamp is dark"}',
    {"Content-Type": "application/json", "Authorization": "Bearer " + visitor},
)
urllib.request.urlopen(request, timeout=10).close()
print(token)
