"""Watches a training run and says in plain sentences what ails it, why it thinks so and what would help."""

from cnnplay.training.doctor.examination import examine
from cnnplay.training.doctor.history import Diagnosis, History

__all__ = ["Diagnosis", "History", "examine"]
