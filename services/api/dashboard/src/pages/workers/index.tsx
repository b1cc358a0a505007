import { PageHead } from "@/ui/panel";

export function WorkersPage() {
  return <PageHead title="WorkersPage" />;
}
