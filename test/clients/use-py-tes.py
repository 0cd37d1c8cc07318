"""What a user of py-tes does, with the library as it comes. Prints one JSON document."""

import json
import os
import pathlib

import tes

client = tes.HTTPClient(os.environ["TES_URL"], timeout=10, token=os.environ["TES_TOKEN"])
out = pathlib.Path(os.environ["FILES"], "out.txt")

service = client.get_service_info()

task = tes.Task(
    name="py-tes shouts",
    inputs=[tes.Input(path="/data/in.txt", content="hello from py-tes\n")],
    outputs=[tes.Output(path="/data/out.txt", url=f"file://{out}")],
    executors=[
        tes.Executor(image="bb:1", command=["cat", "/data/in.txt"]),
        tes.Executor(image="bb:1", command=["sh", "-c", "tr a-z A-Z < /data/in.txt > /data/out.txt"]),
    ],
    resources=tes.Resources(cpu_cores=1, ram_gb=0.5),
    tags={"who": "py-tes"},
)
task_id = client.create_task(task)
done = client.wait(task_id, timeout=60)
full = client.get_task(task_id, view="FULL")
listed = client.list_tasks(view="MINIMAL", page_size=100)

sleeper = client.create_task(tes.Task(executors=[tes.Executor(image="bb:1", command=["sleep", "600"])]))
client.cancel_task(sleeper)

failing = client.create_task(tes.Task(executors=[tes.Executor(image="bb:1", command=["sh", "-c", "exit 3"])]))
client.wait(failing, timeout=60)

print(
    json.dumps(
        {
            "service": service.type["artifact"],
            "created": done.state,
            "stdout": full.logs[0].logs[0].stdout,
            "output": out.read_text(),
            "listed": task_id in [t.id for t in listed.tasks],
            "canceled": client.wait(sleeper, timeout=60).state,
            "failed": client.get_task(failing, view="FULL").logs[0].logs[0].exit_code,
        }
    )
)
