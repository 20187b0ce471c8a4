import pytest

from config.celery import App


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> App:
    return App("test", set_as_current=False)


def test_a_dead_broker_fails_nothing_and_is_then_left_alone(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def refuse(task: str, args: object) -> None:
        asked.append(args)
        raise ConnectionError("no broker")

    monkeypatch.setattr(app, "publish", refuse)
    assert [app.announce("task", [number]) for number in range(3)] == [False, False, False]
    assert asked == [[0]]
    app.silent_until = 0.0
    app.announce("task", [9])
    assert asked == [[0], [9]]


def test_the_message_reaches_the_queue(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    app.conf.broker_url = "memory://"
    sent: list[tuple[object, ...]] = []
    monkeypatch.setattr(app, "send_task", lambda task, args, **options: sent.append((task, args, options["retry"])))
    assert app.announce("task", [17])
    assert sent == [("task", [17], False)]
