/** Colours of a terminal on our pages: the 16 named ones in our own tints, and all of them moved until they can be read. */

import type { Color, Style } from "./ansi";

export type Rgb = readonly [number, number, number];

interface Theme {
  readonly background: Rgb;
  readonly text: Rgb;
  /** Black, red, green, yellow, blue, magenta, cyan, white; then the bright ones. */
  readonly named: readonly Rgb[];
}

/** What rows stand on and how text looks there; the same as `--panel` and `--text` in styles.css. */
const LIGHT: Theme = {
  background: [255, 255, 255],
  text: [20, 24, 31],
  named: [
    [20, 24, 31],
    [185, 28, 28],
    [21, 110, 55],
    [133, 94, 0],
    [29, 78, 200],
    [134, 25, 143],
    [14, 106, 126],
    [96, 106, 120],
    [82, 92, 106],
    [210, 35, 35],
    [20, 125, 60],
    [150, 100, 0],
    [37, 99, 235],
    [162, 28, 175],
    [8, 122, 145],
    [110, 118, 130],
  ],
};

const DARK: Theme = {
  background: [21, 27, 35],
  text: [232, 236, 242],
  named: [
    [125, 135, 148],
    [248, 113, 113],
    [74, 200, 120],
    [229, 178, 60],
    [110, 168, 254],
    [216, 130, 240],
    [60, 200, 215],
    [208, 215, 224],
    [150, 160, 173],
    [255, 150, 145],
    [120, 226, 155],
    [250, 208, 100],
    [150, 195, 255],
    [235, 165, 250],
    [110, 225, 238],
    [255, 255, 255],
  ],
};

/* As a background the named colours are the strong ones of a terminal, in both themes. */
const BACKGROUNDS: readonly Rgb[] = [
  [30, 34, 42],
  [185, 28, 28],
  [21, 128, 61],
  [202, 138, 4],
  [29, 78, 216],
  [147, 51, 160],
  [14, 130, 150],
  [203, 210, 218],
  [90, 100, 114],
  [239, 68, 68],
  [34, 197, 94],
  [250, 204, 21],
  [96, 165, 250],
  [217, 110, 240],
  [34, 211, 238],
  [255, 255, 255],
];

const CONTRAST = 4.6;
const LEVELS = [0, 95, 135, 175, 215, 255] as const;

/** Return the colours a style asks for as CSS, each undefined where the page's own is meant. */
export function colorsOf(
  style: Style,
  dark: boolean,
): { color: string | undefined; background: string | undefined } {
  const theme = dark ? DARK : LIGHT;
  let front = style.fg === undefined ? undefined : rgb(style.fg, theme.named);
  let back = style.bg === undefined ? undefined : rgb(style.bg, BACKGROUNDS);
  if (style.reverse) {
    const swapped = style.fg === undefined ? theme.text : rgb(style.fg, BACKGROUNDS);
    front = style.bg === undefined ? theme.background : rgb(style.bg, BACKGROUNDS);
    back = swapped;
  }
  const under = back ?? theme.background;
  if (style.dim) front = mix(front ?? theme.text, under, 0.35);
  if (front || back) front = legible(front ?? theme.text, under);
  return { color: front && css(front), background: back && css(back) };
}

/** Move a colour towards white or black, whichever stands out more, until it can be read on `background`. */
export function legible(color: Rgb, background: Rgb): Rgb {
  const black: Rgb = [0, 0, 0];
  const white: Rgb = [255, 255, 255];
  const target = contrast(white, background) > contrast(black, background) ? white : black;
  for (let share = 0; share < 1; share += 0.1) {
    const moved = mix(color, target, share);
    if (contrast(moved, background) >= CONTRAST) return moved;
  }
  return target;
}

/** The ratio of the two colours' luminance, as WCAG defines it. */
export function contrast(one: Rgb, other: Rgb): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function luminance(color: Rgb): number {
  const [red, green, blue] = color.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function rgb(color: Color, named: readonly Rgb[]): Rgb {
  if (typeof color !== "number") return color;
  const found = named[color];
  if (found) return found;
  if (color >= 232) {
    const grey = 8 + 10 * (color - 232);
    return [grey, grey, grey];
  }
  const cube = color - 16;
  const level = (step: number) => LEVELS[step % 6] ?? 0;
  return [level(Math.floor(cube / 36)), level(Math.floor(cube / 6)), level(cube)];
}

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  const at = (index: 0 | 1 | 2) => Math.round(from[index] + (to[index] - from[index]) * share);
  return [at(0), at(1), at(2)];
}

function css(color: Rgb): string {
  return `rgb(${color.join(" ")})`;
}
