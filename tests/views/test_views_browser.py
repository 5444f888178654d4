import pytest

from sim.measures.windows import DENOMINATORS


@pytest.fixture
def opened(page, folder):
    """The report in a browser, with all that it asked for and complained of."""
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto((folder / "report.html").as_uri())
    page.wait_for_load_state("networkidle")
    return page, asked, said


def shown(page, selector):
    return [e for e in page.query_selector_all(selector) if e.is_visible()]


def test_the_page_loads_alone_and_its_switch_works(opened, folder):
    page, asked, said = opened
    outside = [url for url in asked if not url.startswith(("file:", "data:"))]
    assert outside == []
    assert [u for u in asked if u.startswith("file:")] == [(folder / "report.html").as_uri()]
    assert said == []

    year = "#outcomes-of-year [data-denominator]"
    assert [e.get_attribute("data-denominator") for e in shown(page, year)] == ["enrolled_in_year"]
    page.get_by_label("Whom to count").select_option("paid")
    assert [e.get_attribute("data-denominator") for e in shown(page, year)] == ["paid"]
    page.get_by_label("Whom to count").select_option("all")
    assert len(shown(page, year)) == len(DENOMINATORS)
    page.get_by_label("What to take off").select_option("net_of_time")
    rows = {e.get_attribute("data-lens") for e in shown(page, "#outcomes-of-year [data-lens]")}
    assert rows == {"net_of_time"}
    assert len(shown(page, "figure svg")) == 6

    page.set_viewport_size({"width": 360, "height": 800})
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 360, "a telephone must not scroll sideways"


def test_without_a_script_every_reading_is_there(page, folder):
    context = page.context.browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto((folder / "report.html").as_uri())
    assert len(shown(plain, "#outcomes-of-year [data-denominator]")) == len(DENOMINATORS)
    assert shown(plain, ".switch") == []
    context.close()
