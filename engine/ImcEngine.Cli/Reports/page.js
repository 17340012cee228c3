'use strict';
// Sorts a table by the column whose title is pressed: numbers by their first number, texts by their letters.
for (const button of document.querySelectorAll('thead button')) button.addEventListener('click', function () {
  const head = button.parentElement, body = head.closest('table').tBodies[0], column = head.cellIndex;
  const turn = head.getAttribute('aria-sort') === 'ascending' ? -1 : 1, isNumber = head.classList.contains('n');
  const text = function (row) { return row.cells[column].textContent.trim(); };
  const key = function (row) {
    const number = parseFloat(text(row).replace(/,/g, '').replace(/^[^0-9.-]+/, ''));
    return Number.isNaN(number) ? -Infinity : number;
  };
  const rows = Array.from(body.rows);
  rows.sort(function (one, other) {
    if (!isNumber) return turn * text(one).localeCompare(text(other), 'en', { numeric: true });
    const a = key(one), b = key(other);
    return a === b ? 0 : turn * Math.sign(a === -Infinity ? -1 : b === -Infinity ? 1 : a - b);
  });
  for (const other of head.parentElement.cells) other.removeAttribute('aria-sort');
  head.setAttribute('aria-sort', turn === 1 ? 'ascending' : 'descending');
  body.append(...rows);
});
// Shows the numbers of the part of a plot that the pointer is on.
const tip = document.getElementById('tip');
for (const mark of document.querySelectorAll('.mark')) {
  mark.addEventListener('pointermove', function (event) {
    tip.textContent = mark.dataset.tip;
    tip.hidden = false;
    const right = innerWidth - tip.offsetWidth - 8;
    tip.style.left = Math.max(8, Math.min(event.clientX + 14, right)) + 'px';
    tip.style.top = Math.max(8, event.clientY - tip.offsetHeight - 12) + 'px';
  });
  mark.addEventListener('pointerleave', function () { tip.hidden = true; });
}
