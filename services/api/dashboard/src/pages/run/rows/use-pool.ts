import { useRef } from "react";

/**
 * How many rows take turns in the page. Row `n` uses element `n % pool`, so a list that jumps elsewhere fills the
 * elements it has with other words, which costs far less than making new ones.
 */
export function usePool(shown: number): number {
  const most = useRef(1);
  most.current = Math.max(most.current, shown);
  return most.current;
}
