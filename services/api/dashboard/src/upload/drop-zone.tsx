/** Files may be dropped anywhere; while some are held over the page it says what a drop will do. */

import { FileUp } from "lucide-react";
import { useEffect, useEffectEvent, useState } from "react";
import { useUpload } from "./use-upload";

export function DropZone() {
  const [over, setOver] = useState(false);
  const upload = useUpload();
  const drop = useEffectEvent((files: File[]) => void upload(files));
  useEffect(() => listen(setOver, drop), []);
  if (!over) return null;
  return (
    <div
      data-drop-zone
      className="pointer-events-none fixed inset-0 z-[60] flex items-center justify-center bg-bg/85 p-6"
    >
      <div className="flex h-full max-h-96 w-full max-w-2xl flex-col items-center justify-center gap-3 rounded-lg border-2 border-accent border-dashed bg-panel p-6 text-center">
        <FileUp aria-hidden className="size-9 text-accent" />
        <p className="font-semibold text-lg">Drop to register</p>
        <p className="max-w-prose text-dim text-sm">
          Every .yaml, .yml or .json file becomes a DAG, or a new version of the DAG whose id it has. Nothing
          is started. A file with mistakes opens in the editor, with the mistakes marked.
        </p>
      </div>
    </div>
  );
}

/** In the capture phase, before an editor takes the files for text. */
function listen(setOver: (over: boolean) => void, drop: (files: File[]) => void): () => void {
  // Enter and leave come for every element on the way, the next one's enter first: only who leaves the last one that the
  // files were over leaves the page. They cannot be counted: an element that is taken out of the page is never left.
  let inside: EventTarget | null = null;
  const onEnter = (event: DragEvent) => {
    if (!hasFiles(event)) return;
    inside = event.target;
    setOver(true);
  };
  const onOver = (event: DragEvent) => {
    if (!hasFiles(event)) return;
    inside = event.target;
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = "copy";
  };
  const onLeave = (event: DragEvent) => {
    if (hasFiles(event) && (event.target === inside || isGone(inside))) onEnd();
  };
  const onDrop = (event: DragEvent) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    event.stopPropagation();
    onEnd();
    drop([...(event.dataTransfer?.files ?? [])]);
  };
  const onEnd = () => {
    inside = null;
    setOver(false);
  };
  // None comes while something is dragged: the files have left from an element that the page took away.
  const onMove = () => inside && onEnd();
  const stop = new AbortController();
  const options = { capture: true, signal: stop.signal };
  addEventListener("dragenter", onEnter, options);
  addEventListener("dragover", onOver, options);
  addEventListener("dragleave", onLeave, options);
  addEventListener("drop", onDrop, options);
  addEventListener("dragend", onEnd, options);
  addEventListener("pointermove", onMove, options);
  return () => stop.abort();
}

function isGone(target: EventTarget | null): boolean {
  return !(target instanceof Node && target.isConnected);
}

function hasFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes("Files") ?? false;
}
