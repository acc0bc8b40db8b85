// What a browser can add to pages that are complete without it: ages, the viewer's own time, buttons that copy, links to
// subscribe, and a word where the network is gone. What live.js brings is given the same before it is shown.
"use strict";
{
  const HALF_MINUTE = 30_000; // ms
  const PAUSE = 5_000; // ms between what is said to those who do not see the page
  const zone = document.querySelector("[data-zone]")?.getAttribute("data-zone") ?? undefined;
  // A wall shows the event's own time, and has no hands.
  const wall = document.body.classList.contains("signage");

  const HOURS = /** @type {const} */ ({ hour: "2-digit", minute: "2-digit" });
  const own = new Intl.DateTimeFormat("en-GB", HOURS); // made once: there can be a thousand times on a page
  const there = new Intl.DateTimeFormat("en-GB", { ...HOURS, timeZone: zone });
  const weekday = new Intl.DateTimeFormat("en-GB", { weekday: "short" });

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

  /** An instant as the viewer's clock shows it; nothing where that is what the event's shows. @param {string} said */
  function ownTime(said) {
    const at = new Date(said);
    // What stands before the offset is what clocks show at the event.
    if (Number.isNaN(at.valueOf()) || said.slice(11, 16) === own.format(at)) return "";
    return `${at.getDate() === Number(said.slice(8, 10)) ? "" : `${weekday.format(at)} `}${own.format(at)}`;
  }

  /** @param {ParentNode} page */
  function addOwnTimes(page) {
    let differs = false;
    // From when to when something is has both times behind it, together.
    for (const place of page.querySelectorAll(".span, time[datetime]")) {
      if (place.querySelector(".yours") || place.parentElement?.closest(".span")) continue;
      const times = place.matches("time") ? [place] : [...place.querySelectorAll("time")];
      const said = times.map((time) => time.getAttribute("datetime") ?? "");
      if (place.matches(".span") && said.length === 1) said.push(times[0].getAttribute("data-end") ?? "");
      const yours = said.map(ownTime);
      if (!yours.every(Boolean)) continue;
      differs = true;
      const text = document.createElement("span");
      text.className = "yours";
      text.textContent = ` (${yours.join("–")})`;
      place.append(text);
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

  // -- calendars --------------------------------------------------------------------------------------------------

  /** Where the site does not know its own address, the browser does. @param {Document} page */
  function addSubscriptions(page) {
    if (!location.protocol.startsWith("http")) return;
    for (const file of page.querySelectorAll("a.feed")) {
      const address = new URL(file.getAttribute("href") ?? "", location.href).href;
      const link = document.createElement("a");
      link.href = address.replace(/^https?:/, "webcal:");
      link.textContent = `Subscribe to ${file.textContent}`;
      const copied = document.createElement("code");
      copied.className = "copy";
      copied.textContent = address;
      file.replaceWith(link, " ", copied);
    }
  }

  // -- what runs --------------------------------------------------------------------------------------------------

  /** Bring the slot that runs into view where a day has more slots than there is width for. */
  function showRunning() {
    for (const grid of document.querySelectorAll(".grid")) {
      const [room, runs] = [grid.querySelector("thead th"), grid.querySelector("thead .runs")];
      if (!room || !(runs instanceof HTMLElement) || getComputedStyle(grid).overflowX !== "auto") continue;
      const beyond = runs.getBoundingClientRect().right - grid.getBoundingClientRect().right;
      if (beyond > 0) grid.scrollLeft = runs.offsetLeft - room.clientWidth;
    }
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
      status.textContent = unsaid.map((text) => text.replace(/\.$/, "")).join(". ");
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
      const at = (wall ? there : own).format(since);
      banner.textContent = `No connection since ${at}. This is the last known state.`;
      if (wall) document.querySelector(".head")?.after(banner);
      say(banner.textContent);
    }
  });

  // -- all of it --------------------------------------------------------------------------------------------------

  /** @param {Document} page */
  function enrich(page) {
    addAges(page);
    if (wall) return;
    addOwnTimes(page);
    addSubscriptions(page);
    addButtons(page);
  }

  enrich(document);
  showRunning();
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
