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
  const onLeave = (event: DragEvent) => {
    // It comes for every element on the way; only out of the window it leads nowhere.
    if (event.relatedTarget === null) onEnd();
  };
  const onOver = (event: DragEvent) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    setOver(true);
    if (event.dataTransfer) event.dataTransfer.dropEffect = "copy";
  };
  const onDrop = (event: DragEvent) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    event.stopPropagation();
    onEnd();
    drop([...(event.dataTransfer?.files ?? [])]);
  };
  const onEnd = () => setOver(false);
  const stop = new AbortController();
  const options = { capture: true, signal: stop.signal };
  addEventListener("dragenter", onOver, options);
  addEventListener("dragleave", onLeave, options);
  addEventListener("dragover", onOver, options);
  addEventListener("drop", onDrop, options);
  addEventListener("dragend", onEnd, options);
  return () => stop.abort();
}

function hasFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes("Files") ?? false;
}
