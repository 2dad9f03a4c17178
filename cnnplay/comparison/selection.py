"""The networks that were chosen, with the right answers to the test pictures: what every chart of a comparison gets."""

from dataclasses import dataclass

from cnnplay.comparison.entries import Entry, Member
from cnnplay.runs.answers import AnswerKey, Floats, load_answers


@dataclass(frozen=True)
class Comparison:
    """Networks that were tested on the same pictures.

    Attributes:
        key: the right answers.
        entries: the chosen ones, in the order of the leaderboard.
    """

    key: AnswerKey
    entries: tuple[Entry, ...]

    def answers(self, member: Member) -> Floats | None:
        """(N, K) probabilities of the test pictures' classes; None while it trains, and where they were not kept."""
        if member.weights is None or (member.run is not None and member.run.state != "finished"):
            return None
        return load_answers(member.weights, self.key)

    @property
    def answered(self) -> tuple[Entry, ...]:
        """The entries whose first network has read the test pictures."""
        return tuple(entry for entry in self.entries if self.answers(entry.first) is not None)
