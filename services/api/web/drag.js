/** Let a finger or a mouse move the items of a list by their `.grip`; `moved(from, to)` is called once, at the end. */
export function draggable(list, moved) {
  for (const grip of list.querySelectorAll(".grip")) {
    grip.addEventListener("pointerdown", (event) => begin(event, grip, list, moved));
  }
}

function begin(event, grip, list, moved) {
  event.preventDefault();
  const item = grip.closest("li");
  const from = [...list.children].indexOf(item);
  item.classList.add("dragged");
  grip.setPointerCapture(event.pointerId);
  const follow = ({ clientY }) => {
    const over = [...list.children].find((other) => {
      const box = other.getBoundingClientRect();
      return other !== item && clientY > box.top && clientY < box.bottom;
    });
    if (!over) return;
    const goesDown = item.compareDocumentPosition(over) & Node.DOCUMENT_POSITION_FOLLOWING;
    list.insertBefore(item, goesDown ? over.nextSibling : over);
    grip.setPointerCapture(event.pointerId);
  };
  const end = () => {
    item.classList.remove("dragged");
    grip.removeEventListener("pointermove", follow);
    const to = [...list.children].indexOf(item);
    if (to !== from) moved(from, to);
  };
  grip.addEventListener("pointermove", follow);
  grip.addEventListener("pointerup", end, { once: true });
  grip.addEventListener("pointercancel", end, { once: true });
}
