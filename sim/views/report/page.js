"use strict";
// Lets a reader pick one denominator and one lens. Without it every table is simply there.
(function () {
  const readings = document.getElementById("outcomes-of-year");
  if (!readings) return;
  const denominators = Array.from(readings.querySelectorAll("[data-denominator]"));
  const rows = Array.from(readings.querySelectorAll("[data-lens]"));

  function choice(label, values, first, onChange) {
    const box = document.createElement("label");
    const select = document.createElement("select");
    box.append(label, select);
    for (const value of ["all", ...values]) {
      const option = document.createElement("option");
      option.value = option.textContent = value;
      select.append(option);
    }
    select.value = first;
    select.addEventListener("change", () => onChange(select.value));
    onChange(first);
    return box;
  }

  function show(elements, key) {
    return (value) => elements.forEach((e) => { e.hidden = value !== "all" && e.dataset[key] !== value; });
  }

  const names = denominators.map((e) => e.dataset.denominator);
  const lenses = Array.from(new Set(rows.map((e) => e.dataset.lens)));
  const box = document.createElement("div");
  box.className = "switch";
  box.append(
    choice("Whom to count", names, names.includes("enrolled_in_year") ? "enrolled_in_year" : "all",
      show(denominators, "denominator")),
    choice("What to take off", lenses, "all", show(rows, "lens")),
  );
  readings.before(box);

  // Paper has no switch and no folds: everything is printed.
  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = Array.from(document.querySelectorAll("details:not([open])"));
    closed.forEach((d) => { d.open = true; });
  });
  window.addEventListener("afterprint", () => closed.forEach((d) => { d.open = false; }));
})();
