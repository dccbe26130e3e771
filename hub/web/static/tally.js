// Adds up what is ticked on a payer's statement. The server counts anew before anything is paid; without this a button asks it to.
"use strict";
for (const form of document.querySelectorAll("form[data-places]")) {
  const { before, group, sign, after, places, free } = form.dataset;
  const whole = "whole" in form.dataset;
  const unit = 10 ** places;
  const total = form.querySelector("output");
  const written = minor => {
    const grouped = String(Math.floor(minor / unit)).replace(/\B(?=(\d{3})+$)/g, group);
    const rest = minor % unit;
    const decimals = unit > 1 && !(whole && !rest) ? sign + String(rest).padStart(places, "0") : "";
    return before + grouped + decimals + after;
  };
  const add = () => {
    let due = 0;
    for (const box of form.querySelectorAll("input[data-minor]:checked")) due += Number(box.dataset.minor);
    let rest = due - Math.min(Number(free), due);
    if (whole) rest = Math.min(due, Math.ceil(rest / unit) * unit);
    total.textContent = written(rest);
  };
  form.classList.add("live");
  form.addEventListener("change", add);
  addEventListener("pageshow", add);
  add();
}
