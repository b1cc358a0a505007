import { type ErrorComponentProps, Link } from "@tanstack/react-router";
import { asError } from "@/api/errors";
import { Empty, Failure } from "@/ui/notices";
import { chunkMissing } from "./chunks";

export function NotFound() {
  return (
    <Empty page title="There is no such page">
      <Link to="/" className="text-accent underline">
        Go home
      </Link>
    </Empty>
  );
}

export function PageFailure({ error, reset }: ErrorComponentProps) {
  return <Failure error={asError(error)} retry={chunkMissing() ? () => location.reload() : reset} />;
}
