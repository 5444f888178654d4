"""The diffusion model in plain Mesa, as its tutorials teach: an agent a person, ``shuffle_do``."""

from __future__ import annotations

from typing import Any

import mesa

from benchmarks.diffusion import (
    APPROACHES,
    BUY,
    FOUNDERS,
    JOIN,
    LEAVE,
    LEVELS,
    Facts,
    random_contacts,
)


class Person(mesa.Agent):  # type: ignore[misc]
    """Somebody who may join, sponsor others and leave."""

    def __init__(self, model: Diffusion) -> None:
        super().__init__(model)
        self.contacts: list[Person] = []
        self.sponsor: Person | None = None
        self.active = False
        self.joined = False
        self.bonus = 0

    def work(self) -> None:
        """A member approaches its contacts, and may buy."""
        if self.active:
            self.approach()
            if self.model.random.random() < BUY:
                self.buy()

    def approach(self) -> None:
        """Offer membership to some contacts; whoever visits first wins, and visits are shuffled."""
        random = self.model.random
        for contact in dict.fromkeys(random.choices(self.contacts, k=APPROACHES)):
            if not contact.joined and random.random() < JOIN:
                contact.joined = True
                contact.sponsor = self
                self.model.newcomers.append(contact)

    def buy(self) -> None:
        """Buy a unit, of which the sponsors above get a bonus."""
        self.model.orders += 1
        upline = self.sponsor
        for _ in range(LEVELS):
            if upline is None:
                break
            if upline.active:
                upline.bonus += 1
            upline = upline.sponsor

    def leave(self) -> None:
        """A member may leave, for good."""
        if self.active and self.model.random.random() < LEAVE:
            self.active = False
            self.model.members -= 1


class Diffusion(mesa.Model):  # type: ignore[misc]
    """A market of ``people`` agents; ``run_for`` runs months."""

    def __init__(self, people: int, *, rng: Any = None) -> None:
        super().__init__(rng=rng)
        self.orders = self.members = self.person_months = 0
        self.newcomers: list[Person] = []
        persons = Person.create_agents(self, people).to_list()
        for person, row in zip(persons, random_contacts(people, self.rng).tolist(), strict=True):
            person.contacts = [persons[contact] for contact in row]
        for person in self.random.sample(persons, round(FOUNDERS * people)):
            person.joined = True
            self.newcomers.append(person)
        self.welcome()

    def step(self) -> None:
        """One month."""
        self.agents.shuffle_do("work")
        if self.time > 1:  # in the first month all members are new
            self.agents.do("leave")
        self.welcome()
        self.person_months += self.members

    def welcome(self) -> None:
        """Those who joined this month are members from now on."""
        for person in self.newcomers:
            person.active = True
        self.members += len(self.newcomers)
        self.newcomers.clear()

    def facts(self) -> Facts:
        """What happened so far."""
        people = len(self.agents)
        return Facts(
            ever_joined=sum(person.joined for person in self.agents) / people,
            active=self.person_months / (people * self.time),
            orders=self.orders / people,
            bonus=sum(person.bonus for person in self.agents) / (LEVELS * self.orders),
        )
