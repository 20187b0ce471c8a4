from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "api"

    def ready(self) -> None:
        from api.webhooks.outbox import owe
        from orders.workflow.moved import moved

        moved.connect(owe, dispatch_uid="webhooks")
