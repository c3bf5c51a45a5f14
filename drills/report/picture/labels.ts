/**
 * Labels above vertical markers. A label stands to the right of its marker, and a line leads from it
 * straight down: no two labels may overlap and no line may cross a label, however close the markers.
 */

export interface Label {
  /** Where its marker is. */
  readonly x: number;
  /** From its marker to the end of its text. */
  readonly width: number;
}

export interface Place {
  /** 0 is next to the picture. */
  readonly lane: number;
  /** Of its marker. */
  readonly side: "left" | "right";
}

/** Room between the end of a label and the next marker. */
const GAP = 6;

function endOf(label: Label | undefined): number {
  return label ? label.x + label.width + GAP : 0;
}

/** Where each label goes, in the order of `labels` (by x, ascending), all of them to the right. */
export function placeRight(labels: readonly Label[]): Place[] {
  return laneOf(labels).map((lane) => ({ lane, side: "right" }));
}

/**
 * The same with the last label to the left of its marker, which often stands at the picture's edge.
 * Undefined when a label reaches its line. The lines of markers under its text end in lanes below its
 * own: those lanes are taken by their labels and whatever stands under them.
 */
export function placeLastLeft(labels: readonly Label[]): Place[] | undefined {
  const last = labels.at(-1);
  if (!last) return undefined;
  const others = labels.slice(0, -1);
  const start = last.x - last.width - GAP;
  if (others.some((label) => endOf(label) > last.x)) return undefined;
  const places = placeRight(others);
  const taken = places.filter((_, index) => endOf(others[index]) > start).map(({ lane }) => lane);
  const lane = taken.findIndex((_, free) => !taken.includes(free));
  return [...places, { lane: lane < 0 ? taken.length : lane, side: "left" }];
}

/**
 * The lane of each label, 0 next to the picture, in the order of `labels` (by x, ascending). From
 * right to left each takes the lowest lane above everything that begins under its text, so that the
 * lines of those pass below it.
 */
function laneOf(labels: readonly Label[]): number[] {
  const lanes: number[] = labels.map(() => 0);
  for (let own = labels.length - 1; own >= 0; own--) {
    const end = endOf(labels[own]);
    const beneath = lanes.filter((_, other) => other > own && (labels[other]?.x ?? 0) <= end);
    lanes[own] = Math.max(-1, ...beneath) + 1;
  }
  return lanes;
}
