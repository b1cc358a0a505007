import { X } from "lucide-react";
import { Button } from "./button";

/** Takes away all that a list is narrowed by; called the same wherever that can be done. */
export function ClearFilters({ onClear }: { onClear: () => void }) {
  return (
    <Button kind="ghost" size="small" onClick={onClear}>
      <X aria-hidden className="size-3.5" /> Clear filters
    </Button>
  );
}
