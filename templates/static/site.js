// What a browser can add to pages that are complete without it: ages, the viewer's own time, a filter, buttons that copy,
// and a word where the network is gone. What live.js brings is given the same before it is shown.
"use strict";
{
  const HALF_MINUTE = 30_000; // ms
  const PAUSE = 5_000; // ms between what is said to those who do not see the page
  const zone = document.querySelector("[data-zone]")?.getAttribute("data-zone") ?? undefined;
  // A wall shows the event's own time, and has no hands.
  const wall = document.body.classList.contains("signage");

  /** @param {number | Date} at @param {string} [timeZone] the viewer's own where there is none */
  const clock = (at, timeZone) =>
    new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone }).format(at);

  // -- times ------------------------------------------------------------------------------------------------------

  /** @param {Element} time @returns {string} */
  function age(time) {
    const minutes = Math.floor((Date.now() - Date.parse(time.getAttribute("datetime") ?? "")) / 60_000);
    if (!(minutes > -3)) return ""; // one of the two clocks is wrong
    if (minutes < 1) return " · just now";
    if (minutes < 60) return ` · ${minutes} min`;
    if (minutes < 24 * 60) return ` · ${Math.floor(minutes / 60)} h ${minutes % 60} min`;
    return minutes < 48 * 60 ? " · 1 day" : ` · ${Math.floor(minutes / 60 / 24)} days`;
  }

  /** @param {ParentNode} page */
  function addAges(page) {
    for (const time of page.querySelectorAll("time.age")) {
      let behind = time.nextElementSibling;
      if (!behind?.classList.contains("ago")) {
        behind = document.createElement("span");
        behind.className = "ago";
        time.after(behind);
      }
      const text = age(time);
      if (behind.textContent !== text) behind.textContent = text;
    }
  }

  /** @param {ParentNode} page */
  function addOwnTimes(page) {
    let differs = false;
    for (const time of page.querySelectorAll("time[datetime]")) {
      const said = time.getAttribute("datetime") ?? "";
      const at = new Date(said);
      // What stands before the offset is what clocks show at the event.
      if (Number.isNaN(at.valueOf()) || said.slice(11, 16) === clock(at) || time.querySelector(".yours")) continue;
      differs = true;
      const day = new Intl.DateTimeFormat("en-GB", { weekday: "short" }).format(at);
      const other = at.getDate() !== Number(said.slice(8, 10));
      const yours = document.createElement("span");
      yours.className = "yours";
      yours.textContent = ` (${other ? `${day} ` : ""}${clock(at)})`;
      time.append(yours);
    }
    for (const note of page.querySelectorAll(".yours-note")) if (note instanceof HTMLElement) note.hidden = !differs;
  }

  // -- copying ----------------------------------------------------------------------------------------------------

  /** @param {ParentNode} page */
  function addButtons(page) {
    if (!navigator.clipboard) return;
    for (const code of page.querySelectorAll("code.free, code.copy")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = code.className;
      button.title = "Copy";
      code.className = "";
      code.replaceWith(button);
      button.append(code);
    }
  }

  /** @param {Element} button */
  async function copy(button) {
    const text = button.textContent ?? "";
    await navigator.clipboard.writeText(text);
    button.classList.add("done");
    say(`Copied: ${text}`);
    setTimeout(() => button.classList.remove("done"), 2_000);
  }

  // -- the filter -------------------------------------------------------------------------------------------------

  const form = document.querySelector("form.filter");
  const input = form?.querySelector("input");
  const words = () => (input?.value ?? "").toLowerCase().replaceAll("#", "").split(/\s+/).filter(Boolean);

  /** What of an element counts: its track, what it discusses, and the room. @param {Element} element */
  function wording(element) {
    const room = element.closest("tr")?.querySelector(".room");
    const parts = [...element.querySelectorAll(".topic, .where bdi, ol > li"), ...(room ? [room] : [])];
    return [element.getAttribute("data-track"), ...parts.map((part) => part.textContent)].join(" ").toLowerCase();
  }

  /** Show of a page what matches. @param {ParentNode} page @returns {string} how much that is */
  function filter(page) {
    const wanted = words();
    const all = new Set();
    const found = new Set();
    const rows = new Set();
    for (const element of page.querySelectorAll("[data-track]")) {
      if (!(element instanceof HTMLElement)) continue;
      const text = wording(element);
      const matches = wanted.every((word) => text.includes(word));
      all.add(element.dataset.track);
      if (matches) found.add(element.dataset.track);
      if (!(element instanceof HTMLTableCellElement)) {
        element.hidden = !matches;
      } else {
        // Of a table whole rows go, or its columns would mean something else.
        element.classList.toggle("found", matches && wanted.length > 0);
        if (matches) rows.add(element.closest("tr"));
      }
    }
    for (const row of page.querySelectorAll(".grid tbody tr")) {
      if (row instanceof HTMLElement) row.hidden = wanted.length > 0 && !rows.has(row);
    }
    const shown = page.querySelector("form.filter");
    if (shown instanceof HTMLElement) shown.hidden = false;
    if (!wanted.length) return "";
    return found.size ? `${found.size} of ${all.size} tracks` : "No track matches";
  }

  /** The page's address with what is looked for, so that it can be handed on. */
  function keepWords() {
    const address = new URL(location.href);
    if (input?.value.trim()) address.searchParams.set("q", input.value.trim());
    else address.searchParams.delete("q");
    if (address.href !== location.href) history.replaceState(history.state, "", address);
  }

  if (form && input && !wall) {
    const count = document.createElement("output");
    count.className = "count";
    count.htmlFor.add(input.id);
    let counting = 0;
    const apply = () => {
      const text = filter(document);
      clearTimeout(counting);
      counting = setTimeout(() => (count.value = text), 300); // not at every letter
    };
    input.value = new URLSearchParams(location.search).get("q") ?? "";
    form.append(count);
    form.addEventListener("submit", (event) => event.preventDefault());
    input.addEventListener("input", () => {
      keepWords();
      apply();
    });
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !input.value) return;
      event.preventDefault();
      input.value = "";
      keepWords();
      apply();
    });
    apply();
    document.addEventListener("ptg:fresh", (event) => {
      const page = /** @type {CustomEvent<Document>} */ (event).detail;
      const text = filter(page);
      const own = /** @type {HTMLOutputElement} */ (count.cloneNode(true));
      own.value = text;
      page.querySelector("form.filter")?.append(own);
    });
  }

  // -- telling those who do not see it ----------------------------------------------------------------------------

  const status = document.createElement("p");
  status.setAttribute("role", "status");
  status.className = "unseen";
  document.body.append(status);
  /** @type {string[]} */
  let unsaid = [];
  let pausing = 0;

  /** Say something politely: what comes close together is said together. @param {string} text */
  function say(text) {
    unsaid.push(text);
    if (pausing) return;
    const next = () => {
      pausing = 0;
      if (!unsaid.length) return;
      status.textContent = unsaid.join(". ");
      unsaid = [];
      pausing = setTimeout(next, PAUSE);
    };
    pausing = setTimeout(next, 50);
  }

  // -- the network ------------------------------------------------------------------------------------------------

  const banner = document.createElement("p");
  banner.className = "lost";
  banner.hidden = true;
  document.body.append(banner);

  document.addEventListener("ptg:contact", (event) => {
    const since = /** @type {CustomEvent<number | null>} */ (event).detail;
    banner.hidden = since === null;
    document.body.classList.toggle("offline", since !== null);
    if (since === null) {
      say("The connection is back");
    } else {
      const at = clock(since, wall ? zone : undefined);
      banner.textContent = `No connection since ${at}. This is the last known state.`;
      if (wall) document.querySelector(".head")?.after(banner);
      say(banner.textContent);
    }
  });

  // -- all of it --------------------------------------------------------------------------------------------------

  /** @param {ParentNode} page */
  function enrich(page) {
    addAges(page);
    if (wall) return;
    addOwnTimes(page);
    addButtons(page);
  }

  enrich(document);
  document.addEventListener("ptg:fresh", (event) => enrich(/** @type {CustomEvent<Document>} */ (event).detail));
  document.addEventListener("ptg:say", (event) => say(/** @type {CustomEvent<string>} */ (event).detail));
  setInterval(() => addAges(document), HALF_MINUTE);
  document.addEventListener("visibilitychange", () => document.hidden || addAges(document));

  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("button.free, button.copy");
    if (button) copy(button).catch(() => say("This browser does not let the page copy"));
  });

  /** @type {HTMLDetailsElement[]} */
  let unfolded = [];
  addEventListener("beforeprint", () => {
    /** @type {NodeListOf<HTMLDetailsElement>} */
    const folded = document.querySelectorAll("details.day:not([open])");
    unfolded = [...folded];
    for (const day of unfolded) day.open = true;
  });
  addEventListener("afterprint", () => {
    for (const day of unfolded) day.open = false;
  });
}
