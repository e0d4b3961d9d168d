"""A script for a scheduler that runs every minute, in the manner of the vendor's published one: what guajira is compared with.

It looks at the last minute's issues of Guance's default channel, creates a Jira issue for each with the issue's uuid as a
label, and copies the last minute's comments from Jira. It remembers nothing. Needs the jira package from PyPI, and in its
environment GUANCE_URL, GUANCE_KEY, JIRA_URL, JIRA_USER, JIRA_PASSWORD and PROJECT.
"""

import os
import re
import time
from datetime import datetime, timezone

import requests
from jira import JIRA

UUID = re.compile(r"^issue_[0-9a-f]{32}$")


def guance(method, path, **kwargs):
    headers = {"DF-API-KEY": os.environ["GUANCE_KEY"], "Content-Type": "application/json"}
    answer = requests.request(method, os.environ["GUANCE_URL"] + "/api/v1" + path, headers=headers, timeout=30, **kwargs)
    answer.raise_for_status()
    return answer.json()["content"]


def rows(content):
    return content["data"] if isinstance(content, dict) else content


def main():
    now = int(time.time())
    jira = JIRA(os.environ["JIRA_URL"], basic_auth=(os.environ["JIRA_USER"], os.environ["JIRA_PASSWORD"]))
    channels = rows(guance("GET", "/channel/quick_list"))
    default = next(channel for channel in channels if channel["name"] == "default")
    asked = {"channelUUID": default["uuid"], "startTime": now - 60, "endTime": now + 1}
    for issue in rows(guance("POST", "/issue/list", json=asked)):
        jira.create_issue(
            project=os.environ["PROJECT"],
            summary=issue["name"],
            description=issue["description"],
            issuetype={"name": "Bug"},
            labels=[issue["uuid"]],
        )
    for issue in jira.search_issues(f'project = {os.environ["PROJECT"]} AND updated >= "-1m"', maxResults=100):
        label = next((label for label in issue.fields.labels if UUID.match(label)), None)
        if label is None:
            continue
        for comment in jira.comments(issue):
            created = datetime.strptime(comment.created, "%Y-%m-%dT%H:%M:%S.%f%z")
            if (datetime.now(timezone.utc) - created).total_seconds() <= 60:
                body = {"issueUUID": label, "content": comment.body, "extend": {}}
                guance("POST", "/issue/reply/create", json=body)


main()
