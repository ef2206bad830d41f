"""The local Slack-like inbox: a strict receiver of incoming webhooks and a page that shows the messages.

    inbox = Inbox(state_dir, now=clock, zone="America/New_York")
    status, headers, body = inbox.handle_webhook(path, headers, body)    # POST /slack/services/...
    answer = inbox.handle(method, path, headers, body)                   # all routes at once, None if not ours
    topics.receive(inbox, topic, subject, message)                       # what a topic's subscribers would get

`python -m localcloud.inbox` serves one by itself on 127.0.0.1.
"""

from .faults import Fault, FaultError
from .inbox import LOCAL_TOKEN, Inbox, Webhook
from .ratelimit import RateLimit
from .slack_api import Bot

__all__ = ["LOCAL_TOKEN", "Bot", "Fault", "FaultError", "Inbox", "RateLimit", "Webhook"]
