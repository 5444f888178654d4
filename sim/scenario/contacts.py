"""Who knows whom: the kinds of contact network that a scenario may ask for."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.scenario.fields import Section, setting, share


class ContactNetwork(Section):
    """Who knows whom. A kind that cannot be drawn for so many people says why."""

    def misfit(self, people: int) -> str:  # noqa: ARG002 - the kinds below read it
        """What is wrong with the network for so many people; empty if nothing is."""
        return ""


def _too_many(degree: int, people: int) -> str:
    if degree < people:
        return ""
    return f"degree: {degree} contacts are not to be had among {people} people"


def _odd(degree: int) -> str:
    return f"degree: {degree} is odd, and both sides get the same number" if degree % 2 else ""


class WellMixed(ContactNetwork):
    """Everybody may meet everybody: no contact is stored."""

    kind: Literal["well_mixed"] = "well_mixed"


class Ring(ContactNetwork):
    """People in a circle, each tied to the nearest on both sides."""

    kind: Literal["ring"]
    degree: int = setting(10, "contacts", "contacts a person, even", "PRIOR", 2, 10_000)

    def misfit(self, people: int) -> str:
        """Odd or too many contacts."""
        return _odd(self.degree) or _too_many(self.degree, people)


class SmallWorld(ContactNetwork):
    """A ring in which a share of the ties is rewired at random (Watts and Strogatz 1998)."""

    kind: Literal["small_world"]
    degree: int = setting(20, "contacts", "mean contacts a person, even", "PRIOR", 2, 10_000)
    rewire: float = share(0.1, "share of ties that are rewired", "PRIOR")

    def misfit(self, people: int) -> str:
        """Odd or too many contacts."""
        return _odd(self.degree) or _too_many(self.degree, people)


class ScaleFree(ContactNetwork):
    """Preferential attachment (Barabasi and Albert 1999)."""

    kind: Literal["scale_free"]
    links: int = setting(
        10, "ties", "ties that each newcomer to the network brings", "PRIOR", 1, 10_000
    )

    def misfit(self, people: int) -> str:
        """More ties than people."""
        if self.links < people:
            return ""
        return f"links: {self.links} ties a newcomer are not to be had among {people} people"


class RandomRegular(ContactNetwork):
    """Everybody has the same number of contacts, otherwise random."""

    kind: Literal["random_regular"]
    degree: int = setting(20, "contacts", "contacts a person", "PRIOR", 1, 10_000)
    stored: bool = Field(
        True,
        description="draw all ties and store them (true), or compute each when it is needed, "
        "which takes no memory and no set-up (false); the two are different networks",
    )

    def misfit(self, people: int) -> str:
        """Too many contacts, or an odd number of ends of ties."""
        if self.degree * people % 2:
            return f"degree: {self.degree} times {people} people is odd, and a tie has two ends"
        least = 2 * self.degree * self.degree
        if not self.stored and people < least:
            return f"stored: {self.degree} computed contacts need {least} people, not {people}"
        return _too_many(self.degree, people)


class StochasticBlock(ContactNetwork):
    """Communities: ties are frequent inside a block and rare between blocks."""

    kind: Literal["stochastic_block"]
    blocks: int = setting(
        10, "blocks", "number of communities of equal size", "PRIOR", 1, 1_000_000
    )
    within: float = setting(
        15, "contacts", "mean contacts inside the own block", "PRIOR", 0, 10_000
    )
    between: float = setting(5, "contacts", "mean contacts in other blocks", "PRIOR", 0, 10_000)

    def misfit(self, people: int) -> str:
        """More blocks than people, or more contacts than there are people to know."""
        if self.blocks > people:
            return f"blocks: {self.blocks} blocks are more than {people} people"
        sizes = [
            (b + 1) * people // self.blocks - b * people // self.blocks for b in range(self.blocks)
        ]
        inside = sum(size * (size - 1) for size in sizes) / people
        outside = people - sum(size * size for size in sizes) / people
        for name, asked, most in (
            ("within", self.within, inside),
            ("between", self.between, outside),
        ):
            if asked > most:
                return f"{name}: {asked:g} contacts are more than the {most:g} that there could be"
        return ""


class EdgeList(ContactNetwork):
    """Ties read from a file: CSV with two person numbers (from 0) a line."""

    kind: Literal["edge_list"]
    file: str = Field(description="path, relative to the scenario file", min_length=1)


Network = Annotated[
    WellMixed | Ring | SmallWorld | ScaleFree | RandomRegular | StochasticBlock | EdgeList,
    Field(discriminator="kind"),
]
