"""How the web server runs, in `manage.py serve` and in containers: `gunicorn -c python:config.gunicorn config.wsgi`."""

import os

bind = f"{os.environ.get('PARTWRIGHT_BIND', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = 64  # a slow upload holds one; with 4 of them 8 slow uploads stop the shop
timeout = 60
graceful_timeout = 10
keepalive = 5
control_socket_disable = True  # it would lie in the home folder, shared by all installations
