"""Memory of a web worker, after it has shown pages: what it holds alone (PSS), and that no geometry library is in it.

    make bench ARGS=web_memory

Goal (spec/performance.md): at most 110 MB, no numpy, scipy or trimesh in a web process. Linux only (/proc).
"""

import subprocess
import sys
from pathlib import Path

MOST_MB = 110
FORBIDDEN = ("numpy", "scipy", "trimesh", "weasyprint")
# Without Django: what an interpreter with nothing in it takes, so that figures of two machines can be compared.
BARE = "import re; print(re.search(r'Pss: +(\\d+)', open('/proc/self/smaps_rollup').read())[1])"


def main() -> None:
    if "--measure" in sys.argv:
        measure()
        return
    bare = int(subprocess.run([sys.executable, "-c", BARE], check=True, capture_output=True, text=True).stdout) / 1024
    done = subprocess.run(
        [sys.executable, "-m", "bench.web_memory", "--measure"], check=True, stdout=subprocess.PIPE, text=True
    )
    ours = float(done.stdout.split()[-1]) / 1024
    print(f"web worker {ours:.0f} MB (goal {MOST_MB}), bare interpreter {bare:.0f} MB, × {ours / bare:.1f}")
    print("numpy, scipy, trimesh and weasyprint are not imported")
    sys.exit(ours > MOST_MB)


def measure() -> None:
    import os
    import re

    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    import logging

    logging.disable(logging.CRITICAL)
    from django.core.management import call_command
    from django.test import Client

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    from config.wsgi import application  # noqa: F401 - as gunicorn loads it
    from tests.factories import make_customer, make_order, make_staff

    order = make_order(make_customer())
    staff, customer = Client(SERVER_NAME="localhost"), Client(SERVER_NAME="localhost")
    staff.force_login(make_staff("manager"))
    assert order.customer
    customer.force_login(order.customer)
    pages = ((staff, "/backoffice/orders/"), (staff, f"/backoffice/orders/{order.number}/"))
    for client, url in (*pages, (customer, f"/orders/{order.public_id}/"), (customer, "/orders/"), (customer, "/")):
        assert client.get(url).status_code == 200, url
    loaded = [name for name in FORBIDDEN if name in sys.modules]
    assert not loaded, loaded
    found = re.search(r"Pss: +(\d+)", Path("/proc/self/smaps_rollup").read_text())
    assert found
    print(found[1])


if __name__ == "__main__":
    main()
