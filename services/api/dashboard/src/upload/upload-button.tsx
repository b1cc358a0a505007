import { Upload } from "lucide-react";
import { useRef } from "react";
import { Button } from "@/ui/button";
import { useUpload } from "./use-upload";

/** A button that lets one choose files to register. */
export function UploadButton() {
  const input = useRef<HTMLInputElement>(null);
  const upload = useUpload();
  return (
    <>
      <input
        ref={input}
        type="file"
        accept=".json,.yaml,.yml"
        multiple
        className="hidden"
        aria-label="Definition files"
        onChange={(event) => {
          void upload([...(event.target.files ?? [])]);
          event.target.value = "";
        }}
      />
      <Button onClick={() => input.current?.click()}>
        <Upload aria-hidden className="size-4" /> Upload
      </Button>
    </>
  );
}
