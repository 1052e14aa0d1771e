"use strict";
// Two programs as one list of lines. Foreign text enters the page as text nodes alone.
window.parelhaDiff = (() => {
  function line(tag, mark, text, number) {
    const row = document.createElement(tag);
    row.className = { "+": "line added", "-": "line removed", " ": "line" }[mark];
    const gutter = document.createElement("span");
    gutter.className = "gutter";
    gutter.textContent = `${String(number).padStart(3)} ${mark} `;
    row.append(gutter, ...text, "\n");
    return row;
  }

  function marked(text) {
    const mark = document.createElement("mark");
    mark.textContent = text;
    return mark;
  }

  // Of a line that became another one: what is the same at both ends stays unmarked.
  function parts(one, other) {
    const most = Math.min(one.length, other.length);
    let head = 0;
    while (head < most && one[head] === other[head]) head += 1;
    let tail = 0;
    while (tail < most - head && one.at(-1 - tail) === other.at(-1 - tail)) tail += 1;
    if (head + tail < most / 3) return [one];
    const middle = one.slice(head, one.length - tail);
    return [one.slice(0, head), ...(middle ? [marked(middle)] : []), one.slice(one.length - tail)];
  }

  // `changes`: [begin, end] of lines in the first and [begin, end] in the second, flat.
  function diff(before, after, changes) {
    const one = before.split("\n");
    const other = after.split("\n");
    const rows = [];
    let here = 0;
    const same = (until, shift) => {
      for (; here < until; here += 1) rows.push(line("span", " ", [one[here]], here + shift + 1));
    };
    let shift = 0;
    for (const [i, iEnd, j, jEnd] of changes) {
      same(i, shift);
      const pairs = iEnd - i === jEnd - j;
      for (let k = i; k < iEnd; k += 1) {
        rows.push(line("del", "-", pairs ? parts(one[k], other[j + k - i]) : [one[k]], k + 1));
      }
      for (let k = j; k < jEnd; k += 1) {
        rows.push(line("ins", "+", pairs ? parts(other[k], one[i + k - j]) : [other[k]], k + 1));
      }
      here = iEnd;
      shift = jEnd - iEnd;
    }
    same(one.length, shift);
    return rows;
  }

  function plain(text) {
    return text.split("\n").map((row, number) => line("span", " ", [row], number + 1));
  }

  return { diff, plain };
})();
