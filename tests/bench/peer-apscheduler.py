#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How many executions a second APScheduler keeps up with its jobs in SQLite (python3-apscheduler, python3-sqlalchemy).

   peer-apscheduler.py DATABASE PROGRAM RATE SECONDS

RATE/10 jobs of an interval of 100 ms each run PROGRAM by posix_spawn in a pool of threads. What it cannot keep up with is
missed, as its default is. It writes each job's next time at every run (journal_mode=WAL, synchronous=FULL as jobsched has
it) and, unlike jobsched, neither a begin nor an outcome nor any output.
"""
import os
import sys
import threading
import time

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import create_engine, event

database, program, rate, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
done = 0
lock = threading.Lock()


def run(path):
    global done
    pid = os.posix_spawn(path, [path], os.environ)
    os.waitpid(pid, 0)
    with lock:
        done += 1


engine = create_engine("sqlite:///" + database, connect_args={"check_same_thread": False})


@event.listens_for(engine, "connect")
def configure(connection, record):
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")


if __name__ == "__main__":
    sys.modules["peer_apscheduler"] = sys.modules["__main__"]  # the store keeps functions by their module's name
    run.__module__ = "peer_apscheduler"
    scheduler = BackgroundScheduler(
        jobstores={"default": SQLAlchemyJobStore(engine=engine)},
        executors={"default": ThreadPoolExecutor(20)},
        job_defaults={"coalesce": True, "max_instances": 1},
        timezone="UTC",
    )
    scheduler.start(paused=True)
    for i in range(rate // 10):
        scheduler.add_job(run, "interval", args=[program], seconds=0.1, id="r%d" % i)
    scheduler.resume()
    time.sleep(1.5)
    first, begin = done, time.monotonic()
    time.sleep(seconds)
    last, end = done, time.monotonic()
    print("APScheduler, %5d asked for   %6.0f executions/s" % (rate, (last - first) / (end - begin)))
    sys.stdout.flush()
    os._exit(0)  # what still waits in the pool is of no interest
