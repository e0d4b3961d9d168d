"""Drives the fake Jira, Cloud and Server, with the `jira` package from PyPI.

The package was written against real servers by people who never saw the fake: where it works and finds what it
expects, the fake answers as Jira does in that respect. Usage: drive_jira.py FILE, where FILE holds the JSON lines
that fake-servers prints.
"""

import json
import sys
import traceback

import requests
from jira import JIRA
from jira.exceptions import JIRAError

passed = 0
failed = 0


def check(name, act):
    """Runs one check, prints its line, counts it; gives what it gave."""
    global passed, failed
    try:
        result = act()
    except Exception:  # a failing check must not hide the ones after it
        failed += 1
        print(f"FAIL {name}")
        traceback.print_exc()
        return None
    passed += 1
    print(f"ok   {name}")
    return result


def equal(found, wanted):
    assert found == wanted, f"found {found!r}, wanted {wanted!r}"


def refused(status, act, words=""):
    try:
        act()
    except JIRAError as error:
        equal(error.status_code, status)
        assert words in error.text, f"{words!r} not in {error.text!r}"
        return
    raise AssertionError("was not refused")


def person(side, name):
    return next(user for user in side["users"] if user["name"] == name)


def drive(side, client, cloud):
    """The checks that hold for both flavours."""
    where = side["name"]

    def in_(text):
        return f"{where}: {text}"

    check(in_("serverInfo tells the deployment"),
          lambda: equal(client.server_info()["deploymentType"], "Cloud" if cloud else "Server"))
    check(in_("myself is the bot"), lambda: equal(client.myself()["displayName"], "Sync Bot"))
    check(in_("the project is readable"), lambda: equal(client.project("OPS").key, "OPS"))
    check(in_("an unknown project is 404"), lambda: refused(404, lambda: client.project("NOPE")))
    check(in_("five priorities"), lambda: equal(len(client.priorities()), 5))
    check(in_("fields include labels"), lambda: equal([f["id"] for f in client.fields() if f["id"] == "labels"], ["labels"]))
    fields = {"project": {"key": "OPS"}, "issuetype": {"name": "Bug"}, "summary": "Disk full on db-1 磁盘已满",
              "description": "It is *full*.", "labels": ["guance", "issue_1"], "priority": {"name": "High"}}
    issue = check(in_("create"), lambda: client.create_issue(fields=fields))
    if issue is None:
        return
    check(in_("create: fields come back"), lambda: equal(
        (issue.fields.summary, issue.fields.labels, issue.fields.priority.name, issue.fields.status.name),
        ("Disk full on db-1 磁盘已满", ["guance", "issue_1"], "High", "To Do")))
    check(in_("create: a label with a space is refused"),
          lambda: refused(400, lambda: client.create_issue(fields=dict(fields, labels=["a b"])), "contains spaces"))
    check(in_("create: an unknown field is refused"),
          lambda: refused(400, lambda: client.create_issue(fields=dict(fields, nonsense=1)), "cannot be set"))
    check(in_("create: a newline in the summary is refused"),
          lambda: refused(400, lambda: client.create_issue(fields=dict(fields, summary="a\nb")), "newline"))
    bulk = check(in_("bulk create with one failure"),
                 lambda: client.create_issues([dict(fields, summary=f"bulk {n}", labels=["bulk"]) for n in (1, 2)]
                                              + [dict(fields, summary="")]))
    check(in_("bulk create: outcomes in order"),
          lambda: equal([entry["status"] for entry in bulk], ["Success", "Success", "Error"]))

    comment = check(in_("add a comment"), lambda: client.add_comment(issue.key, "first comment"))
    check(in_("read the comment"), lambda: equal(client.comment(issue.key, comment.id).body, "first comment"))
    check(in_("restricted comment"), lambda: equal(
        client.add_comment(issue.key, "secret", visibility={"type": "role", "value": "Administrators"}).visibility.value,
        "Administrators"))
    check(in_("edit a comment"), lambda: comment.update(body="edited comment"))
    check(in_("list comments"), lambda: equal([c.body for c in client.comments(issue.key)], ["edited comment", "secret"]))
    gone = check(in_("add one more comment"), lambda: client.add_comment(issue.key, "to be deleted"))
    check(in_("delete a comment"), lambda: gone.delete())
    check(in_("a deleted comment is 404"), lambda: refused(404, lambda: client.comment(issue.key, gone.id)))

    def search(jql, **how):
        return [found.key for found in client.search_issues(jql, **how)]

    check(in_("search by label"), lambda: equal(search('project = OPS AND labels = "issue_1"'), [issue.key]))
    check(in_("search in order"),
          lambda: equal(len(search("project = OPS AND labels = bulk ORDER BY updated ASC, key ASC", maxResults=1)), 1))
    check(in_("search all pages"), lambda: equal(len(search("project = OPS", maxResults=False)), 3))
    check(in_("search by relative date"), lambda: equal(len(search('updated >= "-5m"', maxResults=False)), 3))
    check(in_("search by epoch milliseconds: far future finds nothing"),
          lambda: equal(search("project = OPS AND updated >= 4102444800000"), []))
    check(in_("search by reporter"), lambda: equal(len(search("reporter = currentUser()", maxResults=False)), 3))
    check(in_("search: not in"), lambda: equal(search(f'key not in ({issue.key}) AND labels not in (bulk)'), []))
    check(in_("search: unknown project is 400"),
          lambda: refused(400, lambda: search("project = NOPE"), "The value 'NOPE' does not exist for the field 'project'."))
    check(in_("search: broken JQL is 400"), lambda: refused(400, lambda: search("project OPS"), "Expecting operator"))

    check(in_("edit the summary"), lambda: issue.update(summary="Disk full again"))
    check(in_("the edit is visible"), lambda: equal(client.issue(issue.key).fields.summary, "Disk full again"))
    check(in_("add a label"), lambda: issue.add_field_value("labels", "more"))
    check(in_("the label is there"), lambda: equal("more" in client.issue(issue.key).fields.labels, True))
    names = check(in_("transitions are listed"), lambda: [t["name"] for t in client.transitions(issue.key)])
    check(in_("transitions: names"), lambda: equal(names, ["To Do", "In Progress", "Done"]))
    check(in_("transition to done"), lambda: client.transition_issue(issue.key, "Done"))
    check(in_("the status is done"), lambda: equal(client.issue(issue.key).fields.status.statusCategory.key, "done"))
    check(in_("search by status category"),
          lambda: equal(search("project = OPS AND statusCategory = Done"), [issue.key]))

    check(in_("issue property: set"), lambda: client.add_issue_property(issue.key, "guajira", {"id": "x"}))
    check(in_("issue property: read"), lambda: equal(client.issue_property(issue.key, "guajira").value.id, "x"))
    link = check(in_("remote link"), lambda: client.add_remote_link(
        issue.key, {"url": "https://tracker.example/1", "title": "one"}, globalId="g=1"))
    check(in_("remote link: listed"), lambda: equal([r.id for r in client.remote_links(issue.key)], [link.id]))
    check(in_("search by remote link"),
          lambda: equal(search('issue in issuesWithRemoteLinksByGlobalId("g=1")'), [issue.key]))
    check(in_("an unknown issue is 404"), lambda: refused(404, lambda: client.issue("OPS-999"), "does not exist"))


def drive_cloud(side):
    bot = person(side, "bot")
    client = JIRA(server=side["base_url"], basic_auth=(bot["login"], bot["secret"]), max_retries=0)
    drive(side, client, cloud=True)
    check("jira-cloud: users are found by mail",
          lambda: equal([u.displayName for u in client.search_users(query="alice@example.com")], ["Alice Example"]))
    account = client.myself()["accountId"]
    issue = client.create_issue(fields={"project": {"key": "OPS"}, "issuetype": {"name": "Task"}, "summary": "assign me"})
    check("jira-cloud: assign", lambda: client.assign_issue(issue.key, bot["login"]))
    check("jira-cloud: assignee", lambda: equal(client.issue(issue.key).fields.assignee.accountId, account))
    auth = (bot["login"], bot["secret"])
    meta = requests.get(side["base_url"] + "/rest/api/3/issue/createmeta/OPS/issuetypes", auth=auth).json()
    check("jira-cloud: create metadata lists the types",
          lambda: equal([t["name"] for t in meta["issueTypes"]], ["Bug", "Task", "Story", "Sub-task"]))
    check("jira-cloud: the old search is gone", lambda: equal(
        requests.get(side["base_url"] + "/rest/api/3/search", params={"jql": "project = OPS"}, auth=auth).status_code, 410))
    check("jira-cloud: a string body is refused by v3", lambda: equal(
        requests.post(f"{side['base_url']}/rest/api/3/issue/{issue.key}/comment", json={"body": "x"}, auth=auth).status_code, 400))
    dead = (bot["login"], "expired")
    answer = requests.post(side["base_url"] + "/rest/api/3/search/jql", json={"jql": "project = OPS"}, auth=dead)
    check("jira-cloud: a dead token finds nothing, with 200", lambda: equal(
        (answer.status_code, answer.json()["issues"], answer.headers.get("X-Seraph-LoginReason")),
        (200, [], "AUTHENTICATED_FAILED")))


def drive_server(side):
    bot = person(side, "bot")
    client = JIRA(server=side["base_url"], token_auth=bot["pat"], max_retries=0)
    drive(side, client, cloud=False)
    check("jira-server: create metadata lists the types",
          lambda: equal([t.name for t in client.project_issue_types("OPS")], ["Bug", "Task", "Story", "Sub-task"]))
    check("jira-server: create metadata lists labels for a type",
          lambda: equal(len([f for f in client.project_issue_fields("OPS", "10001") if f.fieldId == "labels"]), 1))
    check("jira-server: users are found by name",
          lambda: equal([u.name for u in client.search_users(user="alice")], ["alice"]))
    issue = client.create_issue(fields={"project": {"key": "OPS"}, "issuetype": {"name": "Task"}, "summary": "assign me"})
    check("jira-server: assign", lambda: client.assign_issue(issue.key, "alice"))
    check("jira-server: assignee", lambda: equal(client.issue(issue.key).fields.assignee.name, "alice"))
    basic = JIRA(server=side["base_url"], basic_auth=(bot["login"], bot["secret"]), max_retries=0)
    check("jira-server: basic authentication", lambda: equal(basic.myself()["name"], "bot"))
    bob = person(side, "bob")["login"]
    tries = [requests.get(side["base_url"] + "/rest/api/2/myself", auth=(bob, "wrong")).status_code for _ in range(4)]
    check("jira-server: wrong passwords end in a CAPTCHA", lambda: equal(tries, [401, 401, 401, 403]))


def main():
    with open(sys.argv[1], encoding="utf-8") as lines:
        sides = {side["name"]: side for side in map(json.loads, lines)}
    drive_cloud(sides["jira-cloud"])
    drive_server(sides["jira-server"])
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
