"""Fills a django-spirit with people, topics and posts. Runs in that forum's environment, never in the project's.

Prints the reader's session and the topics that fill a page.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

import django

django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from djconfig.models import Config  # noqa: E402
from spirit.category.models import Category  # noqa: E402
from spirit.comment.models import Comment  # noqa: E402
from spirit.core.utils.markdown import Markdown  # noqa: E402
from spirit.topic.models import Topic  # noqa: E402

from bench.filling.words import Words  # noqa: E402

PAGE = 30
FULL_TOPICS = 17
"""Topics with a page of posts: those that are read, and one for replies."""
AUTHORS = 40
AT_ONCE = 1_000
WORDS = Words(23)


def lengths(posts: int, topics: int) -> list[int]:
    """How many posts each topic has, those that fill a page last."""
    left, few = posts - FULL_TOPICS * PAGE, topics - FULL_TOPICS
    return [left // few + (at < left % few) for at in range(few)] + [PAGE] * FULL_TOPICS


def people() -> list[object]:
    """Everybody who writes; the first one reads."""
    make = get_user_model().objects.create_user
    return [make(username=f"person{at}", email=f"person{at}@localhost", password=None) for at in range(AUTHORS)]


def comments(topics: list[Topic], wanted: list[int], authors: list[object]) -> Iterator[Comment]:
    for topic, length in zip(topics, wanted, strict=True):
        for _ in range(length):
            text = WORDS.post()
            html = Markdown().render(text)
            yield Comment(user=WORDS.random.choice(authors), topic=topic, comment=text, comment_html=html)


def session_of(user: object) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)  # type: ignore[attr-defined]
    session[BACKEND_SESSION_KEY] = "spirit.user.auth.backends.UsernameAuthBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()  # type: ignore[attr-defined]
    session.create()
    key: str = session.session_key
    return key


def load(posts: int, number: int) -> dict[str, object]:
    for name in ("comments_per_page", "topics_per_page"):
        Config.objects.update_or_create(key=name, defaults={"value": str(PAGE)})
    authors, wanted = people(), lengths(posts, number)
    category = Category.objects.create(title="everything")
    made = [
        Topic(user=WORDS.random.choice(authors), category=category, title=WORDS.title(), comment_count=length)
        for length in wanted
    ]
    topics = Topic.objects.bulk_create(made, AT_ONCE)
    Comment.objects.bulk_create(comments(topics, wanted, authors), AT_ONCE)
    full = topics[-FULL_TOPICS:]
    return {
        "session": session_of(authors[0]),
        "topics": [topic.get_absolute_url() for topic in full[:-1]],
        "reply": f"/comment/{full[-1].pk}/publish/",
    }


if __name__ == "__main__":
    print(json.dumps(load(int(sys.argv[1]), int(sys.argv[2]))))
