/**
 * Coming to another page: the focus goes to its heading, so that who uses keys goes on from there, and who listens
 * hears where they are. What is only narrowed or chosen on a page leaves the focus where it is.
 */

import { useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { arrive } from "@/lib/arrival";

export function useArrival(): void {
  const router = useRouter();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const leave = router.subscribe("onRendered", ({ fromLocation, pathChanged }) => {
      if (fromLocation === undefined || !pathChanged) return;
      clearTimeout(timer);
      // A dialog that led here gives the focus back to what had it before, just after it has closed.
      timer = setTimeout(arrive);
    });
    return () => {
      leave();
      clearTimeout(timer);
    };
  }, [router]);
}
