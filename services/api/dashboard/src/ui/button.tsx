import clsx from "clsx";
import type { ComponentProps } from "react";

const BASE =
  "inline-flex select-none items-center justify-center gap-1.5 whitespace-nowrap rounded-md border font-medium transition-colors disabled:cursor-not-allowed disabled:opacity-50";
const KINDS = {
  plain: "border-line bg-panel text-text hover:bg-sunken",
  primary: "border-transparent bg-accent text-on-accent hover:brightness-110",
  danger: "border-line bg-panel text-danger hover:bg-sunken",
  ghost: "border-transparent bg-transparent text-dim hover:bg-sunken hover:text-text",
};
const SIZES = { normal: "h-8 px-3 text-sm", small: "h-7 px-2 text-xs", icon: "size-8" };

export interface ButtonLook {
  kind?: keyof typeof KINDS;
  size?: keyof typeof SIZES;
}

/** The classes of a button, for links that look like one. */
export function buttonClass({ kind = "plain", size = "normal" }: ButtonLook = {}, extra?: string): string {
  return clsx(BASE, KINDS[kind], SIZES[size], extra);
}

export function Button({
  kind,
  size,
  className,
  type = "button",
  ...rest
}: ComponentProps<"button"> & ButtonLook) {
  const look = { ...(kind && { kind }), ...(size && { size }) };
  return <button type={type} className={buttonClass(look, className)} {...rest} />;
}
