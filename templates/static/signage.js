// The big screen: as many signs at a time as can be read from afar, page by page, and a clock.
//
// In the address: ?room=NAME (or what its address is made of), several times for several rooms; ?every=SECONDS for a
// page; ?show=now or ?show=day for one of the two parts. docs/signage.md has them.
"use strict";
{
  const wanted = new URLSearchParams(location.search);
  const every = Math.min(Math.max(Number(wanted.get("every")) || 15, 5), 600) * 1_000; // ms a page
  const MOST = 6; // signs on a page: what can be read from five metres
  // Heights of the plan's lines, in shares of the screen's shorter side: see signage.css.
  const ROW = 6.4; // of the table's
  const LIST = 16.4; // where each room has a list
  const DRIFT = 60_000; // ms after which everything moves a little, so that nothing burns in
  const root = document.documentElement;
  const large = matchMedia("(min-width: 48rem) and (min-height: 30rem)");

  // -- the clock --------------------------------------------------------------------------------------------------

  const zone = document.querySelector(".clock")?.getAttribute("data-zone") ?? "UTC";
  const clock = document.createElement("time");
  const format = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone });

  function showTime() {
    const text = format.format(new Date());
    if (clock.textContent !== text) clock.textContent = text;
    const there = document.querySelector(".clock");
    if (there && clock.parentNode !== there) there.prepend(clock);
  }

  function tick() {
    showTime();
    setTimeout(tick, 1_000 - (Date.now() % 1_000) + 20);
  }

  // -- which rooms ------------------------------------------------------------------------------------------------

  /** @param {string} name */
  const plain = (name) => name.trim().toLowerCase().replace(/[\s_-]+/g, "-");
  const rooms = wanted.getAll("room").map(plain).filter(Boolean);

  /** Whether somebody asked for a room. @param {Element} element */
  const isWanted = (element) =>
    !rooms.length ||
    [element.getAttribute("data-room"), element.getAttribute("data-slug")].some(
      (name) => name !== null && rooms.includes(plain(name)),
    );

  const nowhere = document.createElement("p");
  nowhere.className = "nowhere";

  /** Say which rooms there are, where none of those asked for is. @param {boolean} missing */
  function tellRooms(missing) {
    nowhere.remove();
    if (!missing) return;
    nowhere.replaceChildren(`There is no room “${wanted.getAll("room").join("”, “")}” today. There are: `);
    for (const line of document.querySelectorAll(".line")) {
      const link = document.createElement("a");
      const name = line.getAttribute("data-room") ?? "";
      link.href = `?room=${encodeURIComponent(line.getAttribute("data-slug") || name)}`;
      link.textContent = name;
      nowhere.append(link, "  ");
    }
    document.querySelector(".head")?.after(nowhere);
  }

  // -- pages ------------------------------------------------------------------------------------------------------

  const pager = document.createElement("div");
  pager.className = "pager";
  pager.setAttribute("aria-hidden", "true");
  let current = 0;


  /** @template T @param {T[]} all @param {number} most @returns {T[][]} */
  const parts = (all, most) =>
    Array.from({ length: Math.ceil(all.length / most) }, (_, number) => all.slice(number * most, (number + 1) * most));

  /** Everything there is to see: each page is a section and what of it is shown. */
  function pages() {
    const [now, plan] = [document.querySelector("section.now"), document.querySelector("section.plan")];
    if (!now || !plan) return [];
    const show = wanted.get("show");
    const signs = [...now.querySelectorAll(".door")].filter(isWanted);
    const lines = [...plan.querySelectorAll(".line")].filter(isWanted);
    const busy = rooms.length ? signs : signs.filter((sign) => !sign.classList.contains("idle"));
    const share = Math.min(innerWidth, innerHeight) / 100;
    const height = innerHeight - share * (document.querySelector(".notices") ? 33 : 25);
    const fits = plan.querySelector(".lines") ? height / (LIST * share) : height / (ROW * share) - 1;
    const perPage = Math.max(Math.floor(fits), 1);
    const found = [];
    if (show !== "day") found.push(...parts(busy, MOST).map((shown) => ({ section: now, shown })));
    if (show !== "now") found.push(...parts(lines, perPage).map((shown) => ({ section: plan, shown })));
    // Where nothing is on, the section says what to do.
    return found.length ? found : [{ section: show === "day" ? plan : now, shown: [] }];
  }

  /** How many signs stand beside each other. @param {number} count */
  const columns = (count) => (innerHeight > innerWidth || count < 4 ? 1 : 2);

  /** Show the page that it is time for. */
  function lay() {
    const missing = rooms.length > 0 && ![...document.querySelectorAll(".line, .door")].some(isWanted);
    tellRooms(missing);
    root.classList.toggle("paged", large.matches && !missing);
    root.classList.toggle("alone", large.matches && !missing && rooms.length === 1 && !wanted.has("show"));
    if (!large.matches || missing) return;
    const all = pages();
    const alone = root.classList.contains("alone");
    current %= all.length;
    const { section, shown } = all[current];
    const marked = new Set(alone ? all.flatMap((page) => page.shown) : shown);
    for (const one of document.querySelectorAll(".door, .line")) one.classList.toggle("shown", marked.has(one));
    for (const one of document.querySelectorAll("section.now, section.plan")) {
      one.classList.toggle("shown", one === section || alone);
    }
    root.style.setProperty("--columns", String(columns(alone ? 1 : shown.length)));
    const notices = [...document.querySelectorAll(".notices li")];
    const pressing = notices.filter((notice) => notice.classList.contains("danger"));
    const taken = pressing.length ? pressing : notices; // while something is dangerous, nothing else matters
    for (const notice of notices) notice.classList.toggle("shown", notice === taken[current % taken.length]);
    count(alone ? 1 : Math.max(all.length, 1));
  }

  /** @param {number} length of the pager */
  function count(length) {
    pager.hidden = length < 2;
    while (pager.childElementCount > length) pager.lastElementChild?.remove();
    while (pager.childElementCount < length) pager.append(document.createElement("span"));
    [...pager.children].forEach((step, number) => {
      step.className = number === current ? "current" : number < current ? "done" : "";
    });
  }

  function turn() {
    current += 1;
    lay();
    const after = document.querySelector("section.shown:not(.notices)");
    if (pager.childElementCount > 1 && after) {
      after.classList.remove("turning");
      after.getBoundingClientRect(); // without a look at it in between, nothing would begin anew
      after.classList.add("turning");
    }
  }

  let moved = 0;

  /** Nothing stands at the very same place for days. */
  function drift() {
    moved += 1;
    const steps = [0, 0.3, 0, -0.3];
    root.style.setProperty("--drift-x", `${steps[moved % 4]}vmin`);
    root.style.setProperty("--drift-y", `${steps[Math.floor(moved / 4) % 4]}vmin`);
  }

  // -- the beginning ----------------------------------------------------------------------------------------------

  document.body.append(pager);
  root.style.setProperty("--every", `${every}ms`);
  lay();
  tick();
  setInterval(turn, every);
  setInterval(drift, DRIFT);
  addEventListener("resize", lay);
  large.addEventListener("change", lay);

  /** @type {Map<string, string>} */
  let before = new Map();
  const said = () =>
    new Map([...document.querySelectorAll(".door")].map((sign) => [sign.getAttribute("data-key") ?? "", topic(sign)]));
  /** @param {Element} sign */
  const topic = (sign) => [...sign.querySelectorAll(".topic")].map((one) => one.textContent).join("\n");
  document.addEventListener("ptg:fresh", () => (before = said()));
  document.addEventListener("ptg:shown", () => {
    showTime();
    lay();
    for (const sign of document.querySelectorAll(".door")) {
      const old = before.get(sign.getAttribute("data-key") ?? "");
      if (old !== undefined && old !== topic(sign)) sign.classList.add("news");
    }
  });

  // Screens that may sleep are asked not to; only where a browser lets pages ask, which is over https.
  const stayAwake = () => document.hidden || navigator.wakeLock?.request("screen").catch(() => {});
  document.addEventListener("visibilitychange", stayAwake);
  stayAwake();
}
