import { PageHead } from "@/ui/panel";

export function RunPage() {
  return <PageHead title="RunPage" />;
}
