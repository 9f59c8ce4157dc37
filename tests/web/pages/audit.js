// Every control has a name, one h1 a page, targets of 44 px, and text that stands out from what is behind it
// (WCAG 2.2 AA, 4.5 to 1). Returns the faults found on the page as it is now.
() => {
  const faults = [];
  if (document.querySelectorAll('h1').length !== 1) faults.push('h1: ' + document.querySelectorAll('h1').length);
  if (!document.documentElement.lang) faults.push('no language');
  if (!document.querySelector('main')) faults.push('no main');
  for (const one of document.querySelectorAll('input:not([type=hidden]), select, textarea'))
    if (!one.labels.length && !one.getAttribute('aria-label')) faults.push('unlabelled ' + one.name);
  for (const one of document.querySelectorAll('button, a'))
    if (!one.textContent.trim() && !one.getAttribute('aria-label')) faults.push('nameless ' + one.outerHTML);
  for (const one of document.querySelectorAll('img')) if (one.alt === null) faults.push('no alt');
  const parse = c => { const m = c.match(/[\d.]+/g).map(Number); return m.length < 4 ? [...m, 1] : m; };
  const lum = c => { const [r, g, b] = c.map(v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; });
    return .2126 * r + .7152 * g + .0722 * b; };
  const behind = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c[3] > 0) return c; }
    return parse(getComputedStyle(document.body).backgroundColor); };
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement, box = e.getBoundingClientRect();
    if (!walk.currentNode.textContent.trim() || box.width < 2 || box.left < -100 || !e.checkVisibility()) continue;
    const [a, b] = [lum(parse(getComputedStyle(e).color)), lum(behind(e))];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) faults.push(ratio.toFixed(2) + ' ' + walk.currentNode.textContent.trim().slice(0, 40));
  }
  if (document.documentElement.scrollWidth > innerWidth) faults.push('wider than the screen');
  for (const one of document.querySelectorAll('main .card *, main section *')) {
    const box = one.getBoundingClientRect(), card = one.closest('.card, section').getBoundingClientRect();
    const head = one.closest('thead');  // kept for screen readers where rows are cards
    if (head && getComputedStyle(head).position === 'absolute') continue;
    if (box.width > 1 && one.checkVisibility() && box.right > card.right + 1) faults.push('cut off ' + one.outerHTML.slice(0, 60));
  }
  for (const one of document.querySelectorAll('button, summary, .button, nav a, input:not([type=hidden]):not([type=radio]):not([type=checkbox])')) {
    const box = one.getBoundingClientRect();
    if (box.width && box.height < 43.5) faults.push('small target ' + one.outerHTML.slice(0, 60) + ' ' + box.height);
  }
  return faults;
}
