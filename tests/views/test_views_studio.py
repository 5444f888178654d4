import os
import signal
import subprocess
import sys
import time

import made_up_market
import pytest

from sim.views.figures import FIGURES, draw_finished
from sim.views.market import Market
from sim.views.studio import Studio, as_drawn


def test_figures_drawn_elsewhere_are_those_drawn_here(market):
    here = draw_finished(market)
    with Studio() as studio:
        studio.begin(market)
        assert studio.drawn() == here
    assert [figure.name for figure in here] == [draw.__name__ for draw in FIGURES]


def test_what_is_handed_over_is_all_that_the_figures_show(market):
    assert draw_finished(as_drawn(market)) == draw_finished(market)


@pytest.mark.parametrize("kind", [{"months": 2, "a_month": 0}, {"months": 1, "a_month": 1}])
def test_a_market_with_nothing_in_it_is_handed_over_too(kind):
    market = Market(made_up_market.tables(**kind), "odd")
    assert draw_finished(as_drawn(market)) == draw_finished(market)


def test_a_failure_to_draw_is_told(capfd):
    with Studio() as studio:
        studio._process.stdin.write(b"no market")
        studio._process.stdin.close()
        with pytest.raises(RuntimeError, match="could not be drawn"):
            studio.drawn()
    assert "UnpicklingError" in capfd.readouterr().err


def test_leaving_ends_the_process_whatever_it_does(market):
    began = time.monotonic()
    with Studio() as studio:
        process = studio._process
    assert process.returncode == -signal.SIGKILL
    with Studio() as studio:
        studio.begin(market)
        process = studio._process
    assert process.returncode == -signal.SIGKILL
    assert time.monotonic() - began < 20
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


def test_a_caller_that_has_gone_ends_it_without_a_word():
    done = subprocess.run(
        [sys.executable, "-m", "sim.views.studio"], input=b"", capture_output=True, check=True
    )
    assert (done.stdout, done.stderr) == (b"", b"")
