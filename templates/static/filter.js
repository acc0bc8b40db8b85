// Finds a track, a room or a topic on a page: what does not match is hidden, and it is told where there is what does.
// What live.js brings is given the same before it is shown.
"use strict";
{
  /** Letters that do not come apart into one without a sign and the sign. @type {Record<string, string>} */
  const PLAIN = { ß: "ss", æ: "ae", œ: "oe", ø: "o", ł: "l", đ: "d", ð: "d", þ: "th", ı: "i" };
  const SECTIONS = "section.now, section.next, section.tracks, details.day";
  const form = document.querySelector("form.filter");
  const input = form?.querySelector("input");
  /** The sections in which there is something. @type {Set<string>} */
  const filled = new Set();
  /** Those of them that were opened for it. @type {Set<string>} */
  const unfolded = new Set();

  /** A text as it is compared: its words, without case and accents. @param {string | null | undefined} text */
  const fold = (text) =>
    ` ${text ?? ""}`
      .toLowerCase()
      .normalize("NFKD")
      .replace(/\p{M}/gu, "")
      .replace(/[ßæœøłđðþı]/g, (letter) => PLAIN[letter])
      .replace(/[^\p{L}\p{N}]+/gu, " ");

  /** What is looked for: a letter or two, such as the A of a hall, begin a word; what is longer may be within one. */
  const words = () =>
    fold(input?.value)
      .split(" ")
      .filter(Boolean)
      .map((word) => (word.length > 2 ? word : ` ${word}`));

  /** @param {ParentNode} page @param {string} selector @returns {HTMLElement[]} */
  const all = (page, selector) => Array.from(/** @type {NodeListOf<HTMLElement>} */ (page.querySelectorAll(selector)));

  /** What of an element counts: its track, what it is about, and where it is. @param {Element} element */
  function wording(element) {
    const parts = element.querySelectorAll(".topic, .title, .where bdi, ol > li, th");
    return Array.from(parts, (part) => part.textContent).join(" ");
  }

  /** What tells a room from others: its name, what people read about it, what it has. @param {Element} room */
  const heading = (room) => room.querySelector("th, h4")?.textContent ?? "";

  /** Show of a page what matches. @param {Document} page @returns {string} how much that is */
  function filter(page) {
    const wanted = words();
    const matches = (/** @type {string} */ text) => wanted.every((word) => text.includes(word));
    const named = new Set(); // the rooms that match by themselves
    const hits = new Set(); // what is shown because it matches
    const [every, found] = [new Set(), new Set()];

    for (const room of all(page, ".grid tbody tr, .agenda")) {
      if (!matches(fold(heading(room)))) continue;
      named.add(room);
      hits.add(room);
    }
    for (const item of all(page, "[data-track], [data-find]")) {
      const room = item.closest(".grid tr, .agenda");
      const name = item.dataset.track ?? item.dataset.find;
      const fits = matches(fold(`${name} ${wording(item)} ${room ? heading(room) : ""}`));
      every.add(name);
      if (fits) {
        found.add(name);
        hits.add(item);
        if (room) hits.add(room);
      }
      // Of a table whole rows go, or its columns would mean something else.
      if (item instanceof HTMLTableCellElement) item.classList.toggle("found", fits && wanted.length > 0 && !named.has(room));
      else item.hidden = !fits;
    }
    for (const room of all(page, ".grid tbody tr, .agenda")) room.hidden = !hits.has(room);
    for (const free of all(page, ".agenda li:not([data-track])")) free.hidden = !named.has(free.closest(".agenda"));

    const within = (/** @type {Element} */ part) => [...hits].filter((hit) => part.contains(hit));
    for (const part of all(page, ".scheduled, .group, .of-kind, .agenda details")) part.hidden = !within(part).length;
    for (const part of all(page, SECTIONS)) note(part, wanted.length > 0 && !within(part).length);
    for (const part of all(page, "details.day, .agenda details")) {
      unfold(/** @type {HTMLDetailsElement} */ (part), wanted.length > 0 && within(part).length > 0, !wanted.length);
    }
    const shown = page.querySelector("form.filter");
    if (shown instanceof HTMLElement) shown.hidden = !page.querySelector("[data-track], [data-find], .grid, .agenda");
    tellPlaces(page, wanted.length ? all(page, "details.day").filter((day) => within(day).length) : [], within);
    if (!wanted.length) return "";
    if (found.size) return `${found.size} of ${every.size} ${form?.getAttribute("data-what") ?? "tracks"}`;
    const rooms = new Set([...named].map(heading)).size;
    return rooms ? `${rooms} ${rooms > 1 ? "rooms" : "room"}` : "Nothing matches";
  }

  /** Say of a section that there is nothing in it, or no more. @param {Element} part @param {boolean} isEmpty */
  function note(part, isEmpty) {
    const there = part.querySelector(":scope > .nomatch");
    if (!isEmpty) there?.remove();
    else if (!there && part.querySelector("[data-track], .grid, .agenda")) {
      const text = part.ownerDocument.createElement("p");
      text.className = "nomatch";
      text.textContent = "Nothing here matches.";
      part.append(text);
    }
  }

  /**
   * Open a section once there is something in it; whoever closes it then has it closed.
   * @param {HTMLDetailsElement} part @param {boolean} hasSome @param {boolean} isEnd
   */
  function unfold(part, hasSome, isEnd) {
    const isNews = hasSome && !filled.has(part.id);
    if (hasSome) filled.add(part.id);
    else filled.delete(part.id);
    if (isNews && !part.open) {
      unfolded.add(part.id);
      part.open = true;
    } else if (isEnd && unfolded.delete(part.id)) {
      part.open = false;
    }
  }

  /**
   * Lead to the days on which there is something.
   * @param {Document} page @param {Element[]} days @param {(part: Element) => Element[]} within
   */
  function tellPlaces(page, days, within) {
    const shown = page.querySelector("form.filter");
    shown?.querySelector(".places")?.remove();
    if (!days.length) return;
    const places = page.createElement("span");
    places.className = "places";
    for (const day of days) {
      const hits = within(day);
      const tracks = new Set(hits.map((hit) => hit.getAttribute("data-track")).filter(Boolean)).size;
      const link = page.createElement("a");
      link.href = `#${day.id.replace("open-", "")}`;
      link.textContent = `${tracks || new Set(hits.map(heading)).size} on ${day.querySelector("summary bdi")?.textContent}`;
      places.append(link, " ");
    }
    shown?.append(places);
  }

  /** The page's address with what is looked for, so that it can be handed on. */
  function keepWords() {
    const address = new URL(location.href);
    if (input?.value.trim()) address.searchParams.set("q", input.value.trim());
    else address.searchParams.delete("q");
    if (address.href !== location.href) history.replaceState(history.state, "", address);
  }

  if (form && input) {
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
    input.after(count);
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
      const own = /** @type {HTMLOutputElement} */ (count.cloneNode(true));
      page.querySelector("form.filter input")?.after(own);
      own.value = filter(page);
    });
  }
}
