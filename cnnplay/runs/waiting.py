"""Where in the queue a run stands."""

from sqlalchemy import func, select

from cnnplay.runs.database import Database
from cnnplay.runs.schema import jobs


def count_before(database: Database, run_id: str) -> int | None:
    """How many runs wait for the same slots and come first; None where the run does not wait.

    Raises:
        StoreError: the store cannot be read.
    """
    waits = jobs.c.claimed_at.is_(None) & jobs.c.ended_at.is_(None)
    with database.read() as connection:
        mine = connection.execute(select(jobs.c.id, jobs.c.place).where(waits, jobs.c.run_id == run_id)).first()
        if mine is None:
            return None
        first = waits & (jobs.c.place == mine.place) & (jobs.c.id < mine.id)
        return connection.scalar(select(func.count()).select_from(jobs).where(first)) or 0
