// Choices in a select.

/**
 * Offers choices, each with its value, its text and whether it can't be chosen (disabled); chosen is the value of the one that is, else it is the first.
 * What is there already stays: a list that somebody has open must not be replaced under the hand.
 */
export function offer(select, choices, chosen) {
  if (select.length !== choices.length || choices.some(({ value }, index) => select.options[index].value !== String(value))) {
    select.replaceChildren(...choices.map(({ value }) => new Option("", value)));
  }
  for (const [index, { text, disabled = false }] of choices.entries()) {
    const option = select.options[index];
    if (option.textContent !== String(text)) {
      option.textContent = text;
    }
    option.disabled = disabled;
  }
  const index = Math.max(0, choices.findIndex(({ value }) => value === chosen));
  if (select.selectedIndex !== index) {
    select.selectedIndex = index;
  }
}
